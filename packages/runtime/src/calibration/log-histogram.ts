import type { QuantileSketch } from '@sentei/ir';
import type { ByteReader, ByteWriter } from './bytes.ts';
import type { RowBlock } from './types.ts';

const EXPONENTS = 2048;

/** The two halves of a number: the upper one begins with sign and exponent. */
const float = new Float64Array(1);
const halves = new Uint32Array(float.buffer);

/**
 * A quantile sketch: counts in buckets that divide each power of two into 2^bits parts. The leading bits of a number are its
 * bucket, so that nothing is rounded and sketches merge bit for bit on every machine; DDSketch, which has the same kind of
 * error, takes logarithms, whose last bit differs between machines. Memory is bounded by the powers of two that occur.
 */
export class LogHistogram {
  readonly #bits: number;
  /** Counts of the parts of one power of two, by sign and exponent. */
  readonly #pages: (Float64Array | undefined)[] = new Array(2 * EXPONENTS).fill(undefined);
  #zeros = 0;
  #minimum = Number.POSITIVE_INFINITY;
  #maximum = Number.NEGATIVE_INFINITY;

  /** @param bits from 0 to 12 */
  constructor(bits: number) {
    this.#bits = bits;
  }

  add({ elements }: RowBlock): void {
    const mask = 2 ** this.#bits - 1;
    for (let index = 0; index < elements.length; index += 1) {
      const element = elements[index] as number;
      if (element < this.#minimum) this.#minimum = element;
      if (element > this.#maximum) this.#maximum = element;
      float[0] = element;
      const upper = halves[1] as number;
      const key = upper >>> 20;
      if (key % EXPONENTS === 0) {
        this.#zeros += 1;
        continue;
      }
      const page = this.#pages[key] ?? this.#open(key);
      const part = (upper >>> (20 - this.#bits)) & mask;
      page[part] = (page[part] as number) + 1;
    }
  }

  merge(other: LogHistogram): void {
    for (const [key, counts] of other.#used()) {
      const page = this.#pages[key] ?? this.#open(key);
      for (const [part, count] of counts.entries()) page[part] = (page[part] as number) + count;
    }
    this.#zeros += other.#zeros;
    this.#minimum = Math.min(this.#minimum, other.#minimum);
    this.#maximum = Math.max(this.#maximum, other.#maximum);
  }

  result(): QuantileSketch {
    const buckets = [...this.#buckets()].sort((a, b) => a.lower - b.lower);
    return {
      count: buckets.reduce((total, { count }) => total + count, 0),
      minimum: this.#minimum,
      maximum: this.#maximum,
      relativeError: 2 ** -(this.#bits + 1),
      lower: Float64Array.from(buckets, ({ lower }) => lower),
      upper: Float64Array.from(buckets, ({ upper }) => upper),
      counts: Float64Array.from(buckets, ({ count }) => count),
    };
  }

  write(writer: ByteWriter): void {
    writer.number(this.#zeros);
    writer.number(this.#minimum);
    writer.number(this.#maximum);
    const used = this.#used();
    writer.number(used.length);
    for (const [key, counts] of used) {
      writer.number(key);
      writer.numbers(counts);
    }
  }

  /** @throws SenteiError `invalid-data` */
  static read(reader: ByteReader, bits: number): LogHistogram {
    const histogram = new LogHistogram(bits);
    histogram.#zeros = reader.whole();
    histogram.#minimum = reader.number();
    histogram.#maximum = reader.number();
    const pages = reader.whole(2 * EXPONENTS);
    for (let page = 0; page < pages; page += 1) {
      const key = reader.whole(2 * EXPONENTS - 1);
      histogram.#pages[key] = reader.counts(2 ** bits);
    }
    return histogram;
  }

  #open(key: number): Float64Array {
    const page = new Float64Array(2 ** this.#bits);
    this.#pages[key] = page;
    return page;
  }

  /** In the order of their keys. */
  #used(): (readonly [key: number, counts: Float64Array])[] {
    return this.#pages.flatMap((counts, key) => (counts ? [[key, counts] as const] : []));
  }

  *#buckets(): Generator<{ lower: number; upper: number; count: number }> {
    if (this.#zeros > 0) yield { lower: 0, upper: 0, count: this.#zeros };
    for (const [key, counts] of this.#used()) {
      const start = 2 ** ((key % EXPONENTS) - 1023);
      for (const [part, count] of counts.entries()) {
        if (count === 0) continue;
        const near = start * (1 + part / counts.length);
        const far = start * (1 + (part + 1) / counts.length);
        yield key < EXPONENTS ? { lower: near, upper: far, count } : { lower: -far, upper: -near, count };
      }
    }
  }
}
