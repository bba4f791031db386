import { type Interval, parseOptions, relativeDrop, SenteiError, seededRandom } from '@sentei/ir';
import { z } from 'zod';
import type { Metric } from '../metrics/metric.ts';
import { normalProbability, normalQuantile } from '../rollout/normal-quantile.ts';

const bootstrapOptions = z.strictObject({
  resamples: z.int().min(100).max(100_000).default(2_000),
  confidence: z.number().gt(0.5).lt(1).default(0.95),
  seed: z.int().min(0).default(0),
});

/** How an interval is found. Defaults: 2,000 resamples, 0.95, seed 0. */
export type BootstrapOptions = z.input<typeof bootstrapOptions>;

/** A figure with the range that is meant to hold it. */
export interface Estimate extends Interval {
  readonly value: number;
}

/** How much two models differ on the same examples; the interval is that of `difference`. */
export interface PairedDifference extends Interval {
  readonly metric: string;
  readonly lowerIsBetter: boolean;
  readonly examples: number;
  readonly original: number;
  readonly candidate: number;
  /** Candidate minus original, in the unit of the metric. */
  readonly difference: number;
  /** `relativeDrop`: loss relative to the original, 0.01 is one per cent worse and negative is better. */
  readonly drop: Estimate;
  /** Resamples on which both figures are defined: all of them but for metrics such as a rank correlation of equal values. */
  readonly resamples: number;
  readonly seed: number;
}

/**
 * The difference between two models on the same examples with its interval, by resampling examples: each resample takes the
 * same examples for both, so that what is hard for both cancels out.
 *
 * The interval is the percentile interval (Efron 1979). It needs nothing but the figure itself, which may be a mean, a ratio
 * of sums or a rank correlation; it is where the figure can be; and unlike BCa it does not fall apart where few examples
 * differ, as between a model and a slightly pruned one. Its known fault, being too narrow for few examples, is mended
 * by taking percentiles further out, so that for a mean it has the width of Student's interval ("expanded percentile
 * interval": T. C. Hesterberg, What Teachers Should Know About the Bootstrap, The American Statistician 69, 2015).
 *
 * @param original scores of the original's examples, as `evaluate` gives them
 * @param candidate those of the candidate, in the same order
 * @throws SenteiError `invalid-data` without scores or when the two lists differ in length, `invalid-option`
 */
export function pairedBootstrap<Score>(
  metric: Metric<Score>,
  original: readonly Score[],
  candidate: readonly Score[],
  options: BootstrapOptions = {},
): PairedDifference {
  const { resamples, confidence, seed } = parseOptions(bootstrapOptions, options);
  const examples = original.length;
  if (examples === 0 || candidate.length !== examples) {
    throw new SenteiError(
      'invalid-data',
      `scores of ${examples} examples cannot be paired with scores of ${candidate.length}`,
      { subject: metric.name },
    );
  }
  const { lowerIsBetter } = metric;
  const figures = { original: metric.reduce(original), candidate: metric.reduce(candidate) };
  const resample = { original: weighing(metric, original), candidate: weighing(metric, candidate) };
  const random = seededRandom(seed);
  const counts = new Uint32Array(examples);
  const differences: number[] = [];
  const drops: number[] = [];
  for (let round = 0; round < resamples; round += 1) {
    counts.fill(0);
    for (let draw = 0; draw < examples; draw += 1) {
      const index = random.below(examples);
      counts[index] = (counts[index] ?? 0) + 1;
    }
    const [before, after] = [resample.original(counts), resample.candidate(counts)];
    if (Number.isNaN(before) || Number.isNaN(after)) continue;
    differences.push(subtract(after, before));
    drops.push(relativeDrop(before, after, lowerIsBetter));
  }
  const tail = tailOf(confidence, examples);
  const [lower, upper] = bounds(differences, tail);
  const [dropLower, dropUpper] = bounds(drops, tail);
  return {
    metric: metric.name,
    lowerIsBetter,
    examples,
    ...figures,
    difference: subtract(figures.candidate, figures.original),
    lower,
    upper,
    drop: {
      value: relativeDrop(figures.original, figures.candidate, lowerIsBetter),
      lower: dropLower,
      upper: dropUpper,
      confidence,
    },
    confidence,
    resamples: differences.length,
    seed,
  };
}

/** Two infinitely bad figures do not differ. */
function subtract(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

/** `weigh` of the metric, or the same by writing the resample out. */
function weighing<Score>(
  metric: Metric<Score>,
  scores: readonly Score[],
): (counts: ArrayLike<number>) => number {
  if (metric.weigh) return metric.weigh(scores);
  return (counts) =>
    metric.reduce(scores.flatMap((score, index) => Array.from({ length: counts[index] ?? 0 }, () => score)));
}

/** The share of resamples beyond each bound: Student's quantile, which a normal distribution of the same width has there. */
function tailOf(confidence: number, examples: number): number {
  const half = (1 - confidence) / 2;
  if (examples < 2) return 0;
  return normalProbability(-Math.sqrt(examples / (examples - 1)) * studentQuantile(1 - half, examples - 1));
}

/** Cornish and Fisher's expansion (Abramowitz and Stegun 26.7.5). */
function studentQuantile(probability: number, degrees: number): number {
  const z = normalQuantile(probability);
  const [z2, z3] = [z * z, z * z * z];
  return (
    z +
    (z3 + z) / (4 * degrees) +
    (z3 * (5 * z2 + 16) + 3 * z) / (96 * degrees ** 2) +
    (z3 * (3 * z2 * z2 + 19 * z2 + 17) - 15 * z) / (384 * degrees ** 3)
  );
}

/** The order statistics that leave at most `tail` of the values outside on each side; no mean of two, one may be infinite. */
function bounds(values: readonly number[], tail: number): [lower: number, upper: number] {
  const sorted = Float64Array.from(values).sort();
  const outside = Math.min(Math.floor(tail * sorted.length), Math.max(0, Math.ceil(sorted.length / 2) - 1));
  const [lower, upper] = [sorted[outside], sorted[sorted.length - 1 - outside]];
  return [lower ?? Number.NaN, upper ?? Number.NaN];
}
