import type { Example, Outputs } from '@sentei/data';
import type { OutputReduction } from './output-reduction.ts';

/**
 * A figure of a model on labelled examples, in two steps: `score` looks at one example, `reduce` makes the figure from the
 * scores. Only scores are kept, so that a bootstrap can resample examples without running the model again.
 */
export interface Metric<Score = unknown> {
  readonly name: string;
  readonly lowerIsBetter: boolean;
  /** The outputs that `score` reads; the model computes no others. Default: all of them. */
  readonly outputs?: readonly string[] | undefined;
  /** What the model's process makes of the outputs in their place, where they are too large to travel. */
  readonly reduction?: OutputReduction | undefined;
  /**
   * One example's part of the figure, small and fit for JSON.
   *
   * @param outputs those of each set of inputs of the example, in their order, without batch axis and padding; of a metric
   *   with a `reduction`, what that gives
   * @throws SenteiError `invalid-data` when label or outputs do not fit
   */
  score(example: Example, outputs: readonly Outputs[]): Score;
  /** The figure of any non-empty list of scores, in which one may stand several times. */
  reduce(scores: readonly Score[]): number;
  /**
   * Prepares scores for being resampled thousands of times.
   *
   * @returns a function that gives what `reduce` would if each score stood in the list as often as `counts` says, up to
   *   rounding
   */
  weigh?(scores: readonly Score[]): (counts: ArrayLike<number>) => number;
}

/** A sum and what it is divided by. */
export type Share = readonly [numerator: number, denominator: number];

type Unreduced<Score> = Omit<Metric<Score>, 'reduce' | 'weigh'>;

/** A metric that is the mean of its scores. */
export function meanMetric(metric: Unreduced<number>): Metric<number> {
  return {
    ...metric,
    // Not by compensated summation, which makes NaN of infinity.
    reduce: (scores) => scores.reduce((sum, score) => sum + score, 0) / scores.length,
    weigh(scores) {
      const values = Float64Array.from(scores);
      return (counts) => {
        let [sum, weight] = [0, 0];
        for (let index = 0; index < values.length; index += 1) {
          const count = counts[index] ?? 0;
          if (count === 0) continue;
          sum += count * (values[index] ?? Number.NaN);
          weight += count;
        }
        return sum / weight;
      };
    },
  };
}

/**
 * A metric that is the sum of all numerators over the sum of all denominators.
 *
 * @param finish makes the figure from that quotient, as `exp` makes perplexity from nats per token
 */
export function ratioMetric(
  metric: Unreduced<Share>,
  finish: (quotient: number) => number = (quotient) => quotient,
): Metric<Share> {
  return {
    ...metric,
    reduce(scores) {
      let [numerator, denominator] = [0, 0];
      for (const [over, under] of scores) {
        numerator += over;
        denominator += under;
      }
      return finish(numerator / denominator);
    },
    weigh(scores) {
      const numerators = Float64Array.from(scores, ([numerator]) => numerator);
      const denominators = Float64Array.from(scores, ([, denominator]) => denominator);
      return (counts) => {
        let [numerator, denominator] = [0, 0];
        for (let index = 0; index < numerators.length; index += 1) {
          const count = counts[index] ?? 0;
          if (count === 0) continue;
          numerator += count * (numerators[index] ?? Number.NaN);
          denominator += count * (denominators[index] ?? Number.NaN);
        }
        return finish(numerator / denominator);
      };
    },
  };
}
