import { quantile } from 'simple-statistics';

/** Where the middle half of some samples lies, in the unit of the samples. */
export interface Summary {
  readonly count: number;
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
}

/**
 * Median and interquartile range (linear interpolation between order statistics, Hyndman and Fan's type 7).
 *
 * @throws RangeError without samples
 */
export function summarize(samples: readonly number[]): Summary {
  if (samples.length === 0) throw new RangeError('a summary needs samples');
  const at = (share: number): number => quantile([...samples], share);
  return { count: samples.length, median: at(0.5), lowerQuartile: at(0.25), upperQuartile: at(0.75) };
}

/**
 * `numerators[i] / denominators[i]` for each round, so that what slows both of a round cancels out.
 *
 * @throws RangeError when the lengths differ
 */
export function pairedRatios(
  numerators: readonly number[],
  denominators: readonly number[],
): readonly number[] {
  if (numerators.length !== denominators.length) {
    throw new RangeError(`${numerators.length} samples cannot be paired with ${denominators.length}`);
  }
  return numerators.map((numerator, round) => numerator / (denominators[round] ?? Number.NaN));
}
