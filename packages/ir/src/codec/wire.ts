import { isUtf8 } from 'node:buffer';
import protobuf from 'protobufjs';
import { SenteiError } from '../errors.ts';
import type { Message, ModelProto, StringStringEntryProto } from './messages.ts';
import { onnxRoot } from './schema.ts';

const modelType = onnxRoot.lookupType('onnx.ModelProto');

/**
 * Decodes the bytes of an ONNX file. Tensor bytes in the result are views of `bytes`, not copies.
 *
 * @throws SenteiError `not-onnx` when the bytes are not a complete protobuf message of an ONNX model.
 */
export function decodeModel(bytes: Uint8Array): ModelProto {
  // Views of a Buffer would be Buffers, whose `slice` shares memory where a typed array's copies.
  const reader = protobuf.Reader.create(plain(bytes));
  reader.discardUnknown = false;
  reader.string = readText;
  let message: ModelProto;
  try {
    message = modelType.decode(reader) as unknown as ModelProto;
  } catch (cause) {
    throw new SenteiError(
      'not-onnx',
      'not a complete ONNX model: its protobuf encoding breaks off or is malformed',
      {
        hint: 'the file may be truncated, a Git LFS pointer, or of another format',
        cause,
      },
    );
  }
  if (message.graph === undefined || message.graph === null || !Object.hasOwn(message, 'irVersion')) {
    throw new SenteiError('not-onnx', 'not an ONNX model: it has no graph or no IR version', {
      hint: 'the file may be of another format or an ONNX tensor (.pb)',
    });
  }
  return message;
}

/**
 * Encodes a model message to the bytes of an ONNX file, unknown fields included.
 *
 * @throws SenteiError `unsupported-model` when it nests deeper or grows larger than protobuf can hold.
 */
export function encodeModel(message: ModelProto): Uint8Array {
  try {
    const writer = protobuf.Writer.create();
    writer.string = writeText;
    return plain(modelType.encode(message as Record<string, unknown>, writer).finish());
  } catch (cause) {
    throw new SenteiError('unsupported-model', 'the model cannot be encoded as one protobuf message', {
      hint: 'subgraphs nest too deeply, or weights that belong in external data are held inline',
      cause,
    });
  }
}

/** A fresh message with every field of `source`, fields unknown to the schema included. */
export function copyMessage<T extends Message>(source: T | undefined): T {
  const copy = { ...source } as T;
  if (source?.$unknowns !== undefined && Object.hasOwn(source, '$unknowns'))
    copy.$unknowns = source.$unknowns;
  return copy;
}

/** A fresh message without one field. */
export function without<T extends Message, K extends keyof T>(message: T, key: K): T {
  const copy = copyMessage(message);
  delete copy[key];
  return copy;
}

/**
 * Sets a field of a message that the graph owns, leaving it absent where the file had it absent and the value is still
 * the default, so that an untouched model encodes to the bytes it came from.
 */
export function setField<T extends Message, K extends keyof T>(
  message: T,
  key: K,
  value: T[K],
  fallback: T[K],
): void {
  if (Object.hasOwn(message, key) || !Object.is(value, fallback)) message[key] = value;
}

export function toProperties(entries: readonly StringStringEntryProto[] | undefined): Map<string, string> {
  return new Map((entries ?? []).map((entry) => [entry.key ?? '', entry.value ?? '']));
}

/** Whether the message itself holds the field: decoded messages inherit a default for each field they lack. */
export function ownField<T extends Message, K extends keyof T>(message: T, key: K): T[K] | undefined {
  return Object.hasOwn(message, key) ? message[key] : undefined;
}

/** Writes properties back as messages; those of the file are reused where they still say the same. */
export function fromProperties(
  properties: ReadonlyMap<string, string>,
  source: readonly StringStringEntryProto[] | undefined,
): StringStringEntryProto[] {
  const before = toProperties(source);
  const unchanged = before.size === properties.size && [...before].every(([k, v]) => properties.get(k) === v);
  if (source !== undefined && unchanged) return [...source];
  return [...properties].map(([key, value]) => {
    const entry = source?.findLast((candidate) => (candidate.key ?? '') === key);
    if (entry === undefined) return { key, value };
    return (entry.value ?? '') === value ? entry : { ...copyMessage(entry), value };
  });
}

function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * ONNX files from older tools hold names and paths in other encodings. Their bytes above 127 become lone surrogates, as
 * in Python (PEP 383), so that different names stay different and come back as they were.
 */
function readText(this: protobuf.Reader): string {
  const bytes = this.bytes();
  if (isUtf8(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return Array.from(bytes, (byte) => String.fromCharCode(byte < 0x80 ? byte : 0xdc00 | byte)).join('');
}

function writeText(this: protobuf.Writer, text: string): protobuf.Writer {
  // With the u flag this finds only surrogates that are not part of a pair.
  if (!/[\udc80-\udcff]/u.test(text)) return protobuf.Writer.prototype.string.call(this, text);
  return this.bytes(Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff));
}
