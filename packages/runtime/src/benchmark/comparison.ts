import { type Interval, parseOptions } from '@sentei/ir';
import {
  canTellMedian,
  type IntervalOptions,
  intervalOptions,
  medianInterval,
  middleOf,
} from './interval.ts';

/** What paired measurements say of the candidate beside the original. */
export type ComparisonVerdict = 'faster' | 'slower' | 'no difference';

/** The ratio of original over candidate, from pairs measured one right after the other. */
export interface Comparison {
  /** Median over the pairs of original / candidate: 2 means that the candidate takes half. Middles of even numbers are geometric. */
  readonly ratio: number;
  /** Confidence interval of `ratio`, by a two-stage percentile bootstrap over processes and pairs. */
  readonly interval: Interval;
  readonly pairs: number;
  /** `no difference` when the interval holds 1. */
  readonly verdict: ComparisonVerdict;
}

/**
 * Compares two sides from paired positive measurements: `original[g][i]` and `candidate[g][i]` were taken together by the
 * pair of processes `g`. Swapping the sides gives the reciprocal and the opposite verdict; a common factor changes nothing.
 *
 * @returns undefined when there are too few pairs for an interval of that confidence, six for 95 %
 * @throws SenteiError `invalid-option`; RangeError when the sides do not pair up
 */
export function comparePairs(
  original: readonly (readonly number[])[],
  candidate: readonly (readonly number[])[],
  options: IntervalOptions = {},
): Comparison | undefined {
  const { confidence } = parseOptions(intervalOptions, options);
  if (original.length !== candidate.length) throw new RangeError('unequal numbers of groups');
  // Differences of logarithms change sign exactly when the sides are swapped; quotients do only up to rounding.
  const logarithms = original.map((group, index) => logRatios(group, candidate[index] ?? []));
  const all = logarithms.flat();
  if (!canTellMedian(all.length, confidence)) return undefined;
  const { lower, upper } = medianInterval(logarithms, options);
  return {
    ratio: Math.exp(middleOf(all)),
    interval: { lower: Math.exp(lower), upper: Math.exp(upper), confidence },
    pairs: all.length,
    verdict: lower > 0 ? 'faster' : upper < 0 ? 'slower' : 'no difference',
  };
}

function logRatios(original: readonly number[], candidate: readonly number[]): number[] {
  if (original.length !== candidate.length) throw new RangeError('unequal numbers of samples');
  return original.map((value, index) => Math.log(value) - Math.log(candidate[index] ?? Number.NaN));
}
