import { normalQuantile } from './normal-quantile.ts';

/** How sure a step of a roll-out is to be. */
export interface Certainty {
  /** Chance that a loss at the budget is noticed. */
  readonly power: number;
  /** One less the chance that a model as good as it was measured is rolled back. */
  readonly confidence: number;
}

/** Where the formula is from, for whoever checks a plan. */
export const SAMPLE_SIZE_SOURCE =
  'n = ((z(confidence) + z(power)) * s / margin)^2, one-sided, s the standard deviation of paired differences: NIST/SEMATECH e-Handbook of Statistical Methods, 7.2.2.2';

/**
 * Examples it takes to tell a mean that is worse by `margin` from one that is not, by the formula of
 * {@link SAMPLE_SIZE_SOURCE}.
 *
 * @param deviation standard deviation of one example's difference between candidate and original
 * @returns at least 2; infinity when there is no margin left
 */
export function samplesToDetect(margin: number, deviation: number, { power, confidence }: Certainty): number {
  if (!(margin > 0)) return Number.POSITIVE_INFINITY;
  const n = (((normalQuantile(confidence) + normalQuantile(power)) * deviation) / margin) ** 2;
  return Math.max(2, Math.ceil(n));
}

/**
 * How far beyond what is expected the mean of `samples` examples may be by chance: beyond that, a step is rolled back.
 *
 * @returns z(confidence) times the standard error
 */
export function chanceDeviation(deviation: number, samples: number, confidence: number): number {
  return (normalQuantile(confidence) * deviation) / Math.sqrt(samples);
}

/** Where the number of requests for a percentile is from. */
export const PERCENTILE_SOURCE =
  'n = ln(1 - confidence) / ln(percentile), so that the largest of n is above the percentile: Wilks, Annals of Mathematical Statistics 12 (1941) 91';

/** Requests it takes until the slowest of them is above a percentile with the given confidence. */
export function samplesForPercentile(percentile: number, confidence: number): number {
  return Math.ceil(Math.log(1 - confidence) / Math.log(percentile));
}
