import type { Model } from '../graph/model.ts';
import type { Value } from '../graph/value.ts';
import type { Split } from './pass.ts';

/**
 * A value of a model's graph whose statistics are wanted. A value that a pass has added to a copy of the model is as good as
 * one that was there: whatever ONNX operators compute from one batch, such as a divergence, can be tapped as a scalar.
 *
 * A tensor is read as a matrix: one column for each feature, one row for each place on all other axes.
 */
export interface Tap {
  /** A value of the model's graph, or its name. What lies inside a subgraph is refused, and so are constants. */
  readonly value: Value | string;
  /** The axis of the features; negative ones count from the end. Default: -1. A scalar is one row of one feature. */
  readonly axis?: number | undefined;
  /**
   * A value with one element for each row, such as an attention mask [batch, sequence] for states
   * [batch, sequence, features]. Rows where it is zero do not count.
   */
  readonly mask?: Value | string | undefined;
  /** Count, mean, variance and range: of each feature, or of all elements together (`value`). */
  readonly moments?: 'feature' | 'value' | undefined;
  /** The matrix XᵀX, [features, features]. */
  readonly gram?: boolean | undefined;
  /** The matrices XᵀY, [features, features of Y], with values Y of as many rows; their features are on the same axis. */
  readonly cross?: readonly (Value | string)[] | undefined;
  /** Counts of all elements in bins of one width; each bin holds its lower edge. */
  readonly histogram?:
    | { readonly minimum: number; readonly maximum: number; readonly bins: number }
    | undefined;
  /**
   * A sketch of the distribution of all elements: 2^bits buckets from each power of two to the next, so that a quantile is
   * found within a relative error of 2^-(bits + 1). With 0 bits it is a histogram over powers of two.
   */
  readonly quantiles?: { readonly bits: number } | undefined;
  /**
   * Rows drawn at random, without preference: those with the smallest hash of seed and place. Taps with the same seed draw
   * the same places, so that rows of one value pair up with those of another.
   */
  readonly reservoir?: { readonly rows: number; readonly seed: number } | undefined;
}

/** Figures of each feature, or one figure of all elements. */
export interface Moments {
  /** Elements behind each figure. */
  readonly count: number;
  readonly mean: Float64Array;
  /** Of the population: divided by `count`. */
  readonly variance: Float64Array;
  readonly minimum: Float64Array;
  readonly maximum: Float64Array;
}

/** Sums of products of features over rows. */
export interface GramMatrix {
  /** Rows summed over. */
  readonly rows: number;
  /** Features on the left and on the right. */
  readonly shape: readonly [number, number];
  /** Row-major, in float64. */
  readonly sums: Float64Array;
}

/** Counts in bins of one width. */
export interface Histogram {
  readonly minimum: number;
  readonly maximum: number;
  readonly counts: Float64Array;
  /** Elements less than `minimum`. */
  readonly below: number;
  /** Elements of `maximum` or more. */
  readonly above: number;
}

/** Counts in buckets that follow each other from the lowest number to the highest; those without elements are left out. */
export interface QuantileSketch {
  readonly count: number;
  readonly minimum: number;
  readonly maximum: number;
  /** Largest relative error of a quantile; numbers below 2^-1022 count as zero. */
  readonly relativeError: number;
  /** Ends of each bucket, the one nearer to zero belonging to it; both are 0 for the bucket of zeros. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly counts: Float64Array;
}

/** Some rows of a value, in the order of the data. */
export interface RowSample {
  readonly rows: number;
  readonly features: number;
  /** Number of the example in the data that each row is from; that of the first one of its batch where rows belong to no example. */
  readonly examples: Float64Array;
  /** Which of the example's sets of inputs. */
  readonly parts: Float64Array;
  /** Which of the rows of that set of inputs. */
  readonly positions: Float64Array;
  /** Row-major, [rows, features]. */
  readonly elements: Float64Array;
}

/** What a tap asked for, in plain data. */
export interface TapStatistics {
  readonly value: string;
  /** Rows that count. */
  readonly rows: number;
  /** Rows that were left out for numbers that are not finite. */
  readonly skipped: number;
  readonly features: number;
  readonly moments?: Moments | undefined;
  readonly gram?: GramMatrix | undefined;
  /** In the order of the tap. */
  readonly cross?: readonly GramMatrix[] | undefined;
  readonly histogram?: Histogram | undefined;
  readonly quantiles?: QuantileSketch | undefined;
  readonly reservoir?: RowSample | undefined;
}

/** Statistics of values of a model over a part of the data. */
export interface Calibration {
  /** Examples that were run. */
  readonly examples: number;
  /** In the order of the taps. */
  readonly taps: readonly TapStatistics[];
}

/** What a collection may be told. */
export interface CollectOptions {
  /** Never the part that judges in the end. Default: `calibration`. */
  readonly split?: Exclude<Split, 'heldout'> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Gathers statistics of values while a model runs over the user's data. Passes ask for them here; a runtime implements it.
 * Memory does not grow with the data.
 */
export interface Calibrator {
  /**
   * Runs `model`, which is only read, and reduces each batch to the statistics of the taps.
   *
   * @throws SenteiError `invalid-option` for a tap of nothing that can be tapped, naming it; `invalid-data` for data that do not
   *   fit and, naming value and example, numbers that are not finite; `unsupported-model` for element types that cannot be
   *   fetched; `runtime-failed`, `runtime-timeout`, `cancelled`
   */
  collect(model: Model, taps: readonly Tap[], options?: CollectOptions): Promise<Calibration>;
}

/**
 * A quantile of a sketch, within its relative error: of the element of rank `share`·(count - 1), rounded down.
 *
 * @param share from 0 to 1
 * @returns NaN when the sketch is empty
 */
export function quantileOf(sketch: QuantileSketch, share: number): number {
  const rank = Math.floor(Math.min(Math.max(share, 0), 1) * (sketch.count - 1));
  let before = 0;
  for (const [index, count] of sketch.counts.entries()) {
    before += count;
    if (before <= rank) continue;
    const middle = ((sketch.lower[index] ?? 0) + (sketch.upper[index] ?? 0)) / 2;
    return Math.min(Math.max(middle, sketch.minimum), sketch.maximum);
  }
  return Number.NaN;
}
