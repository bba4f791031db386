import type { Random } from '@sentei/ir';
import type { Metric } from '../metrics/metric.ts';
import { normalProbability, normalQuantile } from '../rollout/normal-quantile.ts';

/** Draws as many examples as there are, with replacement, and counts how often each came. */
export function drawExamples(counts: Uint32Array, random: Random): void {
  counts.fill(0);
  for (let draw = 0; draw < counts.length; draw += 1) {
    const index = random.below(counts.length);
    counts[index] = (counts[index] ?? 0) + 1;
  }
}

/** `weigh` of the metric, or the same by writing the resample out. */
export function weighing<Score>(
  metric: Metric<Score>,
  scores: readonly Score[],
): (counts: ArrayLike<number>) => number {
  if (metric.weigh) return metric.weigh(scores);
  return (counts) => {
    const drawn: Score[] = [];
    for (const [index, score] of scores.entries()) {
      for (let copy = counts[index] ?? 0; copy > 0; copy -= 1) drawn.push(score);
    }
    return metric.reduce(drawn);
  };
}

/**
 * The percentile interval of a figure from its values on resamples (Efron 1979). It needs nothing but the figure itself,
 * which may be a mean, a ratio of sums or a rank correlation; it never leaves the range of the figure; and unlike BCa it does
 * not fall apart where few examples differ, as between a model and a slightly pruned one. Its known fault, being too narrow
 * for few examples, is mended by taking percentiles further out, so that for a mean it has the width of Student's interval
 * ("expanded percentile interval": T. C. Hesterberg, What Teachers Should Know About the Bootstrap, The American Statistician
 * 69, 2015).
 *
 * @param values the figure on each resample
 * @param examples how many examples a resample has
 */
export function percentileBounds(
  values: readonly number[],
  confidence: number,
  examples: number,
): readonly [lower: number, upper: number] {
  const sorted = Float64Array.from(values).sort();
  const outside = Math.floor(tailOf(confidence, examples) * sorted.length);
  // Order statistics and no mean of two of them, of which one may be infinite.
  const [lower, upper] = [sorted[outside], sorted[sorted.length - 1 - outside]];
  return [lower ?? Number.NaN, upper ?? Number.NaN];
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
