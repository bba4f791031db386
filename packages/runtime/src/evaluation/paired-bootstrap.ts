import { type Interval, parseOptions, relativeDrop, SenteiError, seededRandom } from '@sentei/ir';
import { z } from 'zod';
import type { Metric } from '../metrics/metric.ts';
import { drawExamples, percentileBounds, weighing } from './resample.ts';

export const bootstrapOptions = z.strictObject({
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
 * The interval is that of `percentileBounds`, and NaN where one of the figures is.
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
    drawExamples(counts, random);
    const [before, after] = [resample.original(counts), resample.candidate(counts)];
    if (Number.isNaN(before) || Number.isNaN(after)) continue;
    differences.push(subtract(after, before));
    drops.push(relativeDrop(before, after, lowerIsBetter));
  }
  // Resamples without the example that makes a figure NaN say nothing of that figure.
  const isDefined = !Object.values(figures).some(Number.isNaN);
  const boundsOf = (values: readonly number[]) =>
    isDefined ? percentileBounds(values, confidence, examples) : ([Number.NaN, Number.NaN] as const);
  const [lower, upper] = boundsOf(differences);
  const [dropLower, dropUpper] = boundsOf(drops);
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
