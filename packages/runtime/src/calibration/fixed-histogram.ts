import type { Histogram } from '@sentei/ir';
import type { ByteReader, ByteWriter } from './bytes.ts';
import type { RowBlock } from './types.ts';

export interface HistogramRange {
  readonly minimum: number;
  readonly maximum: number;
  readonly bins: number;
}

/** Counts of elements in bins of one width between two numbers. */
export class FixedHistogram {
  readonly #range: HistogramRange;
  /** The bins, then those below and those above. */
  readonly #counts: Float64Array;

  constructor(range: HistogramRange) {
    this.#range = range;
    this.#counts = new Float64Array(range.bins + 2);
  }

  add({ elements }: RowBlock): void {
    const { minimum, maximum, bins } = this.#range;
    const scale = bins / (maximum - minimum);
    for (let index = 0; index < elements.length; index += 1) {
      const element = elements[index] as number;
      // The product may be rounded up to the number of bins.
      let bin = Math.min(Math.floor((element - minimum) * scale), bins - 1);
      if (element < minimum) bin = bins;
      else if (element >= maximum) bin = bins + 1;
      this.#counts[bin] = (this.#counts[bin] as number) + 1;
    }
  }

  merge(other: FixedHistogram): void {
    for (const [bin, count] of other.#counts.entries())
      this.#counts[bin] = (this.#counts[bin] as number) + count;
  }

  result(): Histogram {
    const { minimum, maximum, bins } = this.#range;
    const [below = 0, above = 0] = this.#counts.subarray(bins);
    return { minimum, maximum, counts: this.#counts.slice(0, bins), below, above };
  }

  write(writer: ByteWriter): void {
    writer.numbers(this.#counts);
  }

  /** @throws SenteiError `invalid-data` */
  static read(reader: ByteReader, range: HistogramRange): FixedHistogram {
    const counts = reader.counts(range.bins + 2);
    const histogram = new FixedHistogram(range);
    histogram.#counts.set(counts);
    return histogram;
  }
}
