import { isUtf8 } from 'node:buffer';
import { SenteiError } from '../errors.ts';

/** Wire types of the protobuf encoding. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const;

/** Protobuf libraries refuse messages that nest deeper, so that no file can exhaust the stack. */
export const MOST_NESTING = 100;

/** Field numbers end at 2^29 - 1 and lengths at 2 GiB - 1 in protobuf. */
const LARGEST_LENGTH = 2 ** 31 - 1;

/** A field as it stands in a file, its tag included. */
export interface RawField {
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** Part of a file: `start` to `end` of `bytes`, without the cost of a view. */
export interface Slice {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

export function sliceOf(bytes: Uint8Array): Slice {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { bytes: buffer, start: 0, end: buffer.length };
}

/** A view of a slice as a plain `Uint8Array`: `slice` of a Buffer shares memory where a typed array's copies. */
export function viewOf({ bytes, start, end }: Slice): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start);
}

/**
 * Walks the fields of one protobuf message. After `next`, exactly one of `slice`, `varint`, `bigint`, `float`, `skip` or
 * `raw` takes the value of the field. Everything is checked against the end of the message before it is read.
 */
export class Cursor {
  readonly bytes: Buffer;
  readonly end: number;
  /** Number of the field at hand. */
  field = 0;
  /** Wire type of the field at hand. */
  wireType = 0;
  #position: number;
  #fieldStart: number;

  constructor({ bytes, start, end }: Slice) {
    this.bytes = bytes;
    this.end = end;
    this.#position = start;
    this.#fieldStart = start;
  }

  /** Goes to the next field; `false` at the end of the message. */
  next(): boolean {
    if (this.#position >= this.end) return false;
    this.#fieldStart = this.#position;
    const tag = this.varint();
    this.field = Math.floor(tag / 8);
    this.wireType = tag % 8;
    if (this.field === 0 || tag >= 2 ** 32) throw malformed();
    return true;
  }

  /** A length-delimited value. */
  slice(): Slice {
    const start = this.#takeLength();
    return { bytes: this.bytes, start, end: this.#position };
  }

  /** A length-delimited value as a view. */
  view(): Uint8Array {
    const start = this.#takeLength();
    return viewOf({ bytes: this.bytes, start, end: this.#position });
  }

  /** A length-delimited value as text. */
  text(): string {
    const start = this.#takeLength();
    return readText(this.bytes, start, this.#position);
  }

  /** An unsigned varint; bits beyond 2^53 are lost. */
  varint(): number {
    const { bytes } = this;
    const first = this.#position < this.end ? (bytes[this.#position] as number) : 0x80;
    if (first < 0x80) {
      this.#position++;
      return first;
    }
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 10; count++) {
      if (this.#position >= this.end) throw malformed();
      const byte = bytes[this.#position++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw malformed();
  }

  /** A varint as the signed 64-bit integer it encodes. */
  bigint(): bigint {
    const start = this.#position;
    const value = this.varint();
    if (this.#position - start < 8) return BigInt(value);
    let exact = 0n;
    for (let at = this.#position - 1; at >= start; at--) {
      exact = (exact << 7n) | BigInt((this.bytes[at] as number) & 0x7f);
    }
    return BigInt.asIntN(64, exact);
  }

  /** A signed 32- or 64-bit integer as a number. */
  integer(): number {
    return Number(this.bigint());
  }

  float(): number {
    const at = this.#advance(4);
    return this.bytes.readFloatLE(at);
  }

  /** Takes the field as it stands, tag included. */
  raw(): RawField {
    const start = this.#fieldStart;
    this.skip();
    return { number: this.field, bytes: viewOf({ bytes: this.bytes, start, end: this.#position }) };
  }

  skip(): void {
    this.#skip(this.field, this.wireType, MOST_NESTING);
  }

  #skip(field: number, wireType: number, depth: number): void {
    switch (wireType) {
      case WIRE.varint:
        this.varint();
        return;
      case WIRE.fixed64:
        this.#advance(8);
        return;
      case WIRE.bytes:
        this.#takeLength();
        return;
      case WIRE.fixed32:
        this.#advance(4);
        return;
      case WIRE.startGroup:
        this.#skipGroup(field, depth);
        return;
      default:
        throw malformed();
    }
  }

  #skipGroup(field: number, depth: number): void {
    if (depth === 0) throw tooDeep();
    for (;;) {
      const tag = this.varint();
      const inner = Math.floor(tag / 8);
      if (tag % 8 === WIRE.endGroup) {
        if (inner !== field) throw malformed();
        return;
      }
      this.#skip(inner, tag % 8, depth - 1);
    }
  }

  #takeLength(): number {
    const length = this.varint();
    if (length > LARGEST_LENGTH) throw malformed();
    return this.#advance(length);
  }

  #advance(length: number): number {
    const start = this.#position;
    if (length > this.end - start) throw malformed();
    this.#position = start + length;
    return start;
  }
}

/**
 * ONNX files from older tools hold names and paths in other encodings. Their bytes above 127 become lone surrogates, as
 * in Python (PEP 383), so that different names stay different and come back as they were.
 */
export function readText(bytes: Buffer, start: number, end: number): string {
  let at = start;
  while (at < end && (bytes[at] as number) < 0x80) at++;
  // One-byte strings take half the memory, and nearly all names are.
  if (at === end) return bytes.toString('latin1', start, end);
  if (isUtf8(viewOf({ bytes, start, end }))) return bytes.toString('utf8', start, end);
  return Array.from(viewOf({ bytes, start, end }), (byte) =>
    String.fromCharCode(byte < 0x80 ? byte : 0xdc00 | byte),
  ).join('');
}

export function malformed(cause?: unknown): SenteiError {
  return new SenteiError(
    'not-onnx',
    'not a complete ONNX model: its protobuf encoding breaks off or is malformed',
    {
      hint: 'the file may be truncated, a Git LFS pointer, or of another format',
      cause,
    },
  );
}

export function tooDeep(): SenteiError {
  return new SenteiError('not-onnx', `messages nest deeper than the ${MOST_NESTING} levels protobuf allows`, {
    hint: 'ONNX Runtime and the onnx package refuse such a file too',
  });
}
