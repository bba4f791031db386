import { SenteiError } from '@sentei/ir';
import type { ByteReader, ByteWriter } from './bytes.ts';

/** Bits from one bin to the next. */
const WIDTH = 32;
/** Bin `k` counts multiples of 2^(WIDTH · (k - ZERO_BIN)). */
const ZERO_BIN = 31;
const LAST_BIN = 62;
/** The lowest bin that has two below it. */
const FIRST_TOP = 2;
/** Up to here every bin is a whole number below 2^53, so that no sum of bins is rounded. */
const MOST_TERMS = 2 ** 21;
/** Adding and subtracting it rounds a number of less than 2^51 to the nearest whole one, halves to even. */
const ROUNDING = 1.5 * 2 ** 52;

const exponentOf = (bin: number): number => WIDTH * (bin - ZERO_BIN);
const BINS = Array.from({ length: LAST_BIN + 1 }, (_, bin) => bin);
const UNIT = Float64Array.from(BINS, (bin) => 2 ** exponentOf(bin));
const INVERSE = Float64Array.from(BINS, (bin) => 2 ** -exponentOf(bin));
/** Numbers of at least this belong to a higher bin: half a unit of the next. Nothing is above the last one (NaN). */
const LIMIT = Float64Array.from(BINS, (bin) =>
  bin < LAST_BIN ? 2 ** (exponentOf(bin) + WIDTH - 1) : Number.NaN,
);

/**
 * Sums that do not depend on the order of their terms, nor on how the terms are divided among sums that are merged: bit for
 * bit. Each term is cut into whole multiples of fixed units, 32 bits apart, and the three highest units that any term of
 * a sum has reached are kept (as Demmel and Nguyen, "Parallel Reproducible Summation", 2015). A term loses at most 2^-64 of the
 * largest one.
 */
export class ReproducibleSums {
  readonly length: number;
  readonly #high: Float64Array;
  readonly #middle: Float64Array;
  readonly #low: Float64Array;
  /** The bin of `high`. */
  readonly #top: Uint8Array;
  #terms = 0;

  constructor(
    length: number,
    bins: readonly [high: Float64Array, middle: Float64Array, low: Float64Array] = zeros(length),
    top: Uint8Array = new Uint8Array(length).fill(FIRST_TOP),
  ) {
    this.length = length;
    [this.#high, this.#middle, this.#low] = bins;
    this.#top = top;
  }

  /**
   * Adds one term to each sum. What is not finite makes a sum NaN.
   *
   * @throws SenteiError `invalid-data` beyond two million terms, which could no longer be summed exactly
   */
  add(terms: Float64Array): void {
    this.#count(1);
    for (let index = 0; index < this.length; index += 1) {
      const term = terms[index] as number;
      const size = Math.abs(term);
      let top = this.#top[index] as number;
      if (size >= (LIMIT[top] as number)) top = this.#raise(index, size);
      const high = term * (INVERSE[top] as number) + ROUNDING - ROUNDING;
      let rest = term - high * (UNIT[top] as number);
      const middle = rest * (INVERSE[top - 1] as number) + ROUNDING - ROUNDING;
      rest -= middle * (UNIT[top - 1] as number);
      this.#high[index] = (this.#high[index] as number) + high;
      this.#middle[index] = (this.#middle[index] as number) + middle;
      this.#low[index] =
        (this.#low[index] as number) + (rest * (INVERSE[top - 2] as number) + ROUNDING - ROUNDING);
    }
  }

  /** Adds the terms of other sums of the same length. @throws SenteiError as `add` */
  merge(other: ReproducibleSums): void {
    this.#count(other.#terms);
    for (let index = 0; index < this.length; index += 1) {
      const theirs = other.#top[index] as number;
      if (theirs > (this.#top[index] as number)) this.#raiseTo(index, theirs);
      const distance = (this.#top[index] as number) - theirs;
      const high = other.#high[index] as number;
      const middle = other.#middle[index] as number;
      if (distance === 0) {
        this.#high[index] = (this.#high[index] as number) + high;
        this.#middle[index] = (this.#middle[index] as number) + middle;
        this.#low[index] = (this.#low[index] as number) + (other.#low[index] as number);
      } else if (distance === 1) {
        this.#middle[index] = (this.#middle[index] as number) + high;
        this.#low[index] = (this.#low[index] as number) + middle;
      } else if (distance === 2) this.#low[index] = (this.#low[index] as number) + high;
    }
  }

  /** The sums, rounded once. */
  values(): Float64Array {
    return Float64Array.from({ length: this.length }, (_, index) => this.#value(index));
  }

  /** A sum as `mantissa` · 2^`exponent`, without rounding. It has to be finite. */
  exact(index: number): { readonly mantissa: bigint; readonly exponent: number } {
    const [high, middle, low] = [this.#high, this.#middle, this.#low].map((bins) =>
      BigInt(bins[index] as number),
    ) as [bigint, bigint, bigint];
    const width = BigInt(WIDTH);
    const mantissa = (((high << width) + middle) << width) + low;
    return { mantissa, exponent: exponentOf((this.#top[index] as number) - 2) };
  }

  write(writer: ByteWriter): void {
    writer.number(this.#terms);
    writer.bytes(this.#top);
    for (const bins of [this.#high, this.#middle, this.#low]) writer.numbers(bins);
  }

  /** @throws SenteiError `invalid-data` */
  static read(reader: ByteReader, length: number): ReproducibleSums {
    const terms = reader.whole(MOST_TERMS);
    const top = reader.bytes(length);
    if (top.some((bin) => bin < FIRST_TOP || bin > LAST_BIN)) throw reader.fault('a sum is out of range');
    const bins = [reader.numbers(length), reader.numbers(length), reader.numbers(length)] as const;
    // NaN stands for a sum that is not finite.
    if (bins.some((each) => each.some((digit) => !(Number.isSafeInteger(digit) || Number.isNaN(digit)))))
      throw reader.fault('a sum is not made of whole numbers');
    const sums = new ReproducibleSums(length, bins, top);
    sums.#terms = terms;
    return sums;
  }

  #value(index: number): number {
    const top = this.#top[index] as number;
    const high = (this.#high[index] as number) * (UNIT[top] as number);
    const middle = (this.#middle[index] as number) * (UNIT[top - 1] as number);
    const low = (this.#low[index] as number) * (UNIT[top - 2] as number);
    // What the additions round away is added last (Knuth's TwoSum), since high and middle may cancel.
    const sum = middle + low;
    const sumError = low - (sum - middle);
    const total = high + sum;
    const part = total - high;
    return total + (high - (total - part) + (sum - part) + sumError);
  }

  #raise(index: number, size: number): number {
    let top = this.#top[index] as number;
    while (size >= (LIMIT[top] as number)) top += 1;
    this.#raiseTo(index, top);
    return top;
  }

  /** Every earlier term is below half a unit of the new bins, so that they begin at zero. */
  #raiseTo(index: number, top: number): void {
    const distance = top - (this.#top[index] as number);
    this.#low[index] =
      distance === 1 ? (this.#middle[index] as number) : distance === 2 ? (this.#high[index] as number) : 0;
    this.#middle[index] = distance === 1 ? (this.#high[index] as number) : 0;
    this.#high[index] = 0;
    this.#top[index] = top;
  }

  #count(terms: number): void {
    this.#terms += terms;
    if (this.#terms <= MOST_TERMS) return;
    throw new SenteiError('invalid-data', `more than ${MOST_TERMS} batches cannot be summed exactly`, {
      hint: 'use larger batches, or less data: statistics have long converged',
    });
  }
}

function zeros(length: number): [Float64Array, Float64Array, Float64Array] {
  return [new Float64Array(length), new Float64Array(length), new Float64Array(length)];
}
