import { WIRE } from './cursor.ts';

const PAGE = 65_536;
/** Bytes that are longer are referred to instead of copied. */
const LARGEST_COPY = 2048;
/** Lone surrogates stand for bytes that are no UTF-8, see `readText`. With the u flag this finds only unpaired ones. */
const ESCAPED_BYTE = /[\udc80-\udcff]/u;

/** A run of bytes of an encoded model: held in memory, or read when its turn comes. */
export type Chunk = Uint8Array | DeferredChunk;

/** Bytes that are only read when they are written. `read` gives exactly `length` of them, piece by piece. */
export interface DeferredChunk {
  readonly length: number;
  read(): Iterable<Uint8Array>;
}

/** Where a message under construction began. */
interface Mark {
  readonly chunks: number;
  readonly at: number;
  readonly written: number;
}

/**
 * Encodes protobuf messages into a list of chunks. Small values are gathered in pages; large ones are passed on as the
 * views they are, so that encoding a model takes memory for its graph but not for its weights.
 */
export class ChunkWriter {
  readonly #chunks: Chunk[] = [];
  /** Lengths of messages that span chunks, to be put in at `offset` of chunk number `chunk`. */
  readonly #lengths: { readonly chunk: number; readonly offset: number; readonly bytes: Uint8Array }[] = [];
  #page = Buffer.allocUnsafeSlow(PAGE);
  #start = 0;
  #at = 0;
  /** Bytes before those of the page at hand, lengths included. */
  #before = 0;

  /** Bytes written so far. */
  get written(): number {
    return this.#before + this.#at - this.#start;
  }

  /** Starts a message; what is written up to `end` is its content. */
  begin(field: number): Mark {
    this.tag(field, WIRE.bytes);
    return { chunks: this.#chunks.length, at: this.#at - this.#start, written: this.written };
  }

  end(mark: Mark): void {
    const length = this.written - mark.written;
    const size = varintSize(length);
    if (this.#chunks.length === mark.chunks && this.#at + size <= this.#page.length) {
      const from = this.#start + mark.at;
      this.#page.copyWithin(from + size, from, this.#at);
      this.#at += size;
      putVarint(this.#page, from, length);
      return;
    }
    if (this.#chunks.length === mark.chunks) this.#flush();
    const bytes = new Uint8Array(size);
    putVarint(bytes, 0, length);
    this.#lengths.push({ chunk: mark.chunks, offset: mark.at, bytes });
    this.#before += size;
  }

  tag(field: number, wireType: number): void {
    this.varint(field * 8 + wireType);
  }

  /** An unsigned integer below 2^53. */
  varint(value: number): void {
    this.#reserve(10);
    this.#at = putVarint(this.#page, this.#at, value);
  }

  /** An integer field; negative numbers take ten bytes, as protobuf has it. */
  integer(field: number, value: number | bigint): void {
    this.tag(field, WIRE.varint);
    if (typeof value === 'number' && value >= 0 && Number.isSafeInteger(value)) {
      this.varint(value);
      return;
    }
    let rest = BigInt.asUintN(64, BigInt(value));
    this.#reserve(10);
    while (rest > 0x7fn) {
      this.#page[this.#at++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#page[this.#at++] = Number(rest);
  }

  float(field: number, value: number): void {
    this.tag(field, WIRE.fixed32);
    this.#reserve(4);
    this.#at = this.#page.writeFloatLE(value, this.#at);
  }

  text(field: number, value: string): void {
    this.tag(field, WIRE.bytes);
    const { length } = value;
    if (length < 128) {
      this.#reserve(length + 1);
      const page = this.#page;
      let at = this.#at + 1;
      let code = 0;
      for (let index = 0; index < length; index++) {
        code = value.charCodeAt(index);
        if (code > 127) break;
        page[at++] = code;
      }
      if (code < 128) {
        page[this.#at] = length;
        this.#at = at;
        return;
      }
    }
    const bytes = textBytes(value);
    this.varint(bytes.length);
    this.append(bytes);
  }

  bytes(field: number, value: Uint8Array): void {
    this.tag(field, WIRE.bytes);
    this.varint(value.length);
    this.append(value);
  }

  deferred(field: number, value: DeferredChunk): void {
    this.tag(field, WIRE.bytes);
    this.varint(value.length);
    this.#refer(value);
  }

  /** Bytes as they are: fields that are already encoded. */
  append(bytes: Uint8Array): void {
    if (bytes.length > LARGEST_COPY) {
      this.#refer(bytes);
      return;
    }
    this.#reserve(bytes.length);
    this.#page.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Everything written, in order. The writer must not be used afterwards. */
  finish(): Chunk[] {
    this.#flush();
    const lengths = this.#lengths.sort((a, b) => a.chunk - b.chunk || a.offset - b.offset);
    const result: Chunk[] = [];
    let next = 0;
    for (const [index, chunk] of this.#chunks.entries()) {
      let done = 0;
      for (let insert = lengths[next]; insert?.chunk === index; insert = lengths[++next]) {
        // A length follows a tag, so that it never stands in a chunk that is only referred to.
        if (chunk instanceof Uint8Array && insert.offset > done) {
          result.push(chunk.subarray(done, insert.offset));
          done = insert.offset;
        }
        result.push(insert.bytes);
      }
      if (done === 0) result.push(chunk);
      else if (chunk instanceof Uint8Array && done < chunk.length) result.push(chunk.subarray(done));
    }
    return result;
  }

  #refer(chunk: Chunk): void {
    if (chunk.length === 0) return;
    this.#flush();
    this.#chunks.push(chunk);
    this.#before += chunk.length;
  }

  #reserve(size: number): void {
    if (this.#at + size <= this.#page.length) return;
    this.#flush();
    this.#page = Buffer.allocUnsafeSlow(Math.max(PAGE, size));
    this.#start = 0;
    this.#at = 0;
  }

  #flush(): void {
    if (this.#at === this.#start) return;
    this.#chunks.push(this.#page.subarray(this.#start, this.#at));
    this.#before += this.#at - this.#start;
    this.#start = this.#at;
  }
}

/** The bytes of text that `readText` has read. */
export function textBytes(text: string): Uint8Array {
  if (!ESCAPED_BYTE.test(text)) return Buffer.from(text, 'utf8');
  const parts = text.split(/([\udc80-\udcff]+)/u);
  return Buffer.concat(
    parts.map((part, index) => (index % 2 === 0 ? Buffer.from(part, 'utf8') : Buffer.from(part, 'latin1'))),
  );
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
  return size;
}

function putVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value;
  let index = at;
  while (rest >= 128) {
    bytes[index++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  bytes[index++] = rest;
  return index;
}
