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
  'n = ((z(confidence) + z(power)) * s / margin)^2, one-sided, s the standard deviation of paired differences, at least 30: NIST/SEMATECH e-Handbook of Statistical Methods, 7.2.2.2';

/** Below this a mean is hardly normal, and a deviation of zero says little. */
const FEWEST_SAMPLES = 30;

/**
 * Examples it takes to tell a mean that is worse by `margin` from one that is not, by the formula of
 * {@link SAMPLE_SIZE_SOURCE}.
 *
 * @param deviation standard deviation of one example's difference between candidate and original
 * @returns at least {@link FEWEST_SAMPLES}; infinity when there is no margin left
 */
export function samplesToDetect(margin: number, deviation: number, { power, confidence }: Certainty): number {
  if (!(margin > 0)) return Number.POSITIVE_INFINITY;
  const n = (((normalQuantile(confidence) + normalQuantile(power)) * deviation) / margin) ** 2;
  return Math.max(FEWEST_SAMPLES, Math.ceil(n));
}

/**
 * The part of a margin up to which a mean may go by chance: beyond it a step is rolled back. With the samples of
 * {@link samplesToDetect} it is z(confidence) standard errors, and the other z(power) of them are left up to the margin.
 */
export function thresholdShare({ power, confidence }: Certainty): number {
  return normalQuantile(confidence) / (normalQuantile(confidence) + normalQuantile(power));
}

/** Where the number of requests for a percentile is from. */
export const PERCENTILE_SOURCE =
  'n = ln(1 - confidence) / ln(percentile), so that the largest of n is above the percentile: Wilks, Annals of Mathematical Statistics 12 (1941) 91';

/** Requests it takes until the slowest of them is above a percentile with the given confidence. */
export function samplesForPercentile(percentile: number, confidence: number): number {
  return Math.ceil(Math.log(1 - confidence) / Math.log(percentile));
}
