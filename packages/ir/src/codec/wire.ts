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
  const reader = protobuf.Reader.create(bytes);
  reader.discardUnknown = false;
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

/** Encodes a model message to the bytes of an ONNX file, unknown fields included. */
export function encodeModel(message: ModelProto): Uint8Array {
  return modelType.encode(message as Record<string, unknown>).finish();
}

/** A fresh message with every field of `source`, fields unknown to the schema included. */
export function copyMessage<T extends Message>(source: T | undefined): T {
  const copy = { ...source } as T;
  if (source?.$unknowns !== undefined && Object.hasOwn(source, '$unknowns'))
    copy.$unknowns = source.$unknowns;
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
  if (Object.hasOwn(message, key) || value !== fallback) message[key] = value;
}

export function toProperties(entries: readonly StringStringEntryProto[] | undefined): Map<string, string> {
  return new Map((entries ?? []).map((entry) => [entry.key ?? '', entry.value ?? '']));
}

/** Writes properties back as messages; those of the file are reused while they still say the same. */
export function fromProperties(
  properties: ReadonlyMap<string, string>,
  source: readonly StringStringEntryProto[] | undefined,
): StringStringEntryProto[] {
  const before = toProperties(source);
  const unchanged = before.size === properties.size && [...before].every(([k, v]) => properties.get(k) === v);
  if (source !== undefined && unchanged) return [...source];
  return [...properties].map(([key, value]) => ({ key, value }));
}
