import { SenteiError } from '@sentei/ir';

/** Gathers numbers in the order in which {@link ByteReader} gives them back; little-endian, as every platform of ONNX Runtime. */
export class ByteWriter {
  readonly #pieces: Uint8Array[] = [];

  number(value: number): void {
    this.numbers(Float64Array.of(value));
  }

  /** A view is kept: they have to stay as they are until the end. */
  numbers(values: Float64Array): void {
    this.bytes(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }

  bytes(bytes: Uint8Array): void {
    this.#pieces.push(bytes);
  }

  finish(): Uint8Array {
    return joinBytes(this.#pieces);
  }

  /** All that was written, without a copy. */
  get pieces(): readonly Uint8Array[] {
    return this.#pieces;
  }
}

/** Not a Buffer, whose `slice` is a view. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/**
 * Reads what {@link ByteWriter} wrote. Nothing is allocated for numbers that are not there.
 *
 * @throws (from every method) SenteiError `invalid-data`
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #subject: string;
  #at = 0;

  /** @param subject where the bytes are from, for messages */
  constructor(bytes: Uint8Array, subject: string) {
    this.#bytes = bytes;
    this.#subject = subject;
  }

  number(): number {
    return this.numbers(1)[0] as number;
  }

  /** A whole number from 0 to `most`. */
  whole(most = Number.MAX_SAFE_INTEGER): number {
    const value = this.number();
    if (Number.isSafeInteger(value) && value >= 0 && value <= most) return value;
    throw this.fault(`${value} is not a whole number up to ${most}`);
  }

  numbers(count: number): Float64Array {
    const bytes = this.bytes(8 * count);
    return new Float64Array(bytes.buffer, bytes.byteOffset, count);
  }

  /** Whole numbers from 0 on. */
  counts(count: number): Float64Array {
    const counts = this.numbers(count);
    if (counts.every((each) => Number.isSafeInteger(each) && each >= 0)) return counts;
    throw this.fault('a count is no whole number');
  }

  /** A copy, at the start of a buffer of its own. */
  bytes(length: number): Uint8Array {
    if (!(length <= this.#bytes.length - this.#at)) throw this.fault('it ends too early');
    // `Buffer.slice` would be a view.
    const piece = Uint8Array.prototype.slice.call(this.#bytes, this.#at, this.#at + length);
    this.#at += length;
    return piece;
  }

  /** Checks that nothing is left. */
  end(): void {
    if (this.#at !== this.#bytes.length) throw this.fault('it goes on after its end');
  }

  fault(what: string): SenteiError {
    return new SenteiError('invalid-data', `${this.#subject} is not a statistics file: ${what}`, {
      subject: this.#subject,
      hint: 'make it again with sentei calibrate',
    });
  }
}
