import { type Interval, parseOptions, type Random, seededRandom } from '@sentei/ir';
import { z } from 'zod';

/** How intervals are computed. */
export interface IntervalOptions {
  /** Share of intervals that hold the true figure. Default: 0.95. */
  readonly confidence?: number | undefined;
  /** Bootstrap resamples. Default: 2,000. */
  readonly resamples?: number | undefined;
  readonly seed?: number | undefined;
}

export const intervalOptions = z.strictObject({
  confidence: z.number().gt(0).lt(1).default(0.95),
  resamples: z.int().min(100).max(1_000_000).default(2000),
  seed: z.int().default(1),
});

/** The middle of the samples, the mean of the two middle ones of an even number; `NaN` of none. */
export function middleOf(samples: ArrayLike<number>): number {
  const sorted = Float64Array.from(samples).sort();
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}

/**
 * Whether so many samples can tell a median at all: all of them lie on one side of it with probability 2^(1 - n), so six
 * are the fewest for 95 %.
 */
export function canTellMedian(samples: number, confidence: number): boolean {
  return 2 ** (1 - samples) <= 1 - confidence;
}

/**
 * Confidence interval of the median by the percentile bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap,
 * 1993, chapter 13). Samples come in groups, one per process: samples of one process share what chance gave it (addresses,
 * pages, cores), so groups are resampled first and then the samples of each (Davison and Hinkley, Bootstrap Methods and
 * their Application, 1997, section 3.8). Negating all samples negates and swaps the bounds exactly.
 *
 * @param groups at least one sample in each
 * @throws SenteiError `invalid-option`; RangeError without samples
 */
export function medianInterval(
  groups: readonly (readonly number[])[],
  options: IntervalOptions = {},
): Interval {
  const { confidence, resamples, seed } = parseOptions(intervalOptions, options);
  if (groups.length === 0 || groups.some(({ length }) => length === 0)) {
    throw new RangeError('an interval needs samples');
  }
  const random = seededRandom(seed);
  const medians = Float64Array.from({ length: resamples }, () => middleOf(resample(groups, random))).sort();
  const beyond = Math.floor((resamples * (1 - confidence)) / 2);
  const [lower = Number.NaN, upper = Number.NaN] = [medians[beyond], medians[resamples - 1 - beyond]];
  return { lower, upper, confidence };
}

function resample(groups: readonly (readonly number[])[], random: Random): number[] {
  const samples: number[] = [];
  for (const own of groups) {
    const group = groups.length === 1 ? own : (groups[random.below(groups.length)] ?? own);
    for (let count = group.length; count > 0; count -= 1) {
      samples.push(group[random.below(group.length)] ?? Number.NaN);
    }
  }
  return samples;
}
