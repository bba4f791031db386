import type { Interval } from '@sentei/ir';
import { quantile } from 'simple-statistics';
import { type IntervalOptions, medianInterval } from './interval.ts';

/** Where the middle half of some samples lies, in the unit of the samples. */
export interface Summary {
  readonly count: number;
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
}

/** Percentiles of single runs; those that too few runs tell nothing about are absent. */
export interface Percentiles {
  readonly p50: number;
  /** From 10 runs on. */
  readonly p90?: number;
  /** From 20 runs on. */
  readonly p95?: number;
  /** From 100 runs on. */
  readonly p99?: number;
}

/** Times of one model at one point, in milliseconds. */
export interface Latency extends Summary {
  /** Confidence interval of the median. */
  readonly interval: Interval;
  /** Of single runs, which lie further apart than samples do: a sample is the median of several runs. */
  readonly percentiles: Percentiles;
  /** Runs that were timed. */
  readonly runs: number;
  /** Times of single runs in the order they were taken; every n-th where there were more than 10,000. */
  readonly times: readonly number[];
}

const MOST_TIMES = 10_000;

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

/**
 * Percentiles of single runs. One needs as many runs as make at least one lie beyond it.
 *
 * @throws RangeError without runs
 */
export function percentilesOf(times: readonly number[]): Percentiles {
  if (times.length === 0) throw new RangeError('percentiles need runs');
  const at = (share: number): number => quantile([...times], share);
  return {
    p50: at(0.5),
    ...(times.length >= 10 && { p90: at(0.9) }),
    ...(times.length >= 20 && { p95: at(0.95) }),
    ...(times.length >= 100 && { p99: at(0.99) }),
  };
}

/**
 * Everything about the times of one model at one point.
 *
 * @param samples by process, then round: each the median of its runs
 * @param times of all single runs
 */
export function describeLatency(
  samples: readonly (readonly number[])[],
  times: readonly number[],
  options: IntervalOptions = {},
): Latency {
  const step = Math.ceil(times.length / MOST_TIMES);
  return {
    ...summarize(samples.flat()),
    interval: medianInterval(samples, options),
    percentiles: percentilesOf(times),
    runs: times.length,
    times: step <= 1 ? times : times.filter((_, index) => index % step === 0),
  };
}
