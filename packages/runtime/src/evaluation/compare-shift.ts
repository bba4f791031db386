import { parseOptions, relativeDrop, seededRandom } from '@sentei/ir';
import type { Metric } from '../metrics/metric.ts';
import {
  type BootstrapOptions,
  bootstrapOptions,
  type Estimate,
  type PairedDifference,
  pairedBootstrap,
} from './paired-bootstrap.ts';
import { drawExamples, percentileBounds, weighing } from './resample.ts';

/** Scores of both models on the same examples. */
export interface ScoredPair<Score> {
  readonly original: readonly Score[];
  readonly candidate: readonly Score[];
}

/** What a shift of the data costs the candidate beyond what it costs the original. */
export interface ShiftComparison {
  readonly clean: PairedDifference;
  readonly shifted: PairedDifference;
  /** The relative drop on shifted data less that on clean data: 0.01 is one per cent more. */
  readonly excess: Estimate;
  /** Whether the whole interval of the excess is above 0: something that was removed held the model up there. */
  readonly isFragile: boolean;
}

/**
 * Compares what a candidate loses on shifted data with what it loses on clean data. Where both have as many examples, one is
 * taken to be the shifted form of the other and examples are drawn together, which is right for unrelated ones too;
 * otherwise they are drawn apart.
 *
 * @throws SenteiError as `pairedBootstrap`
 */
export function compareShift<Score>(
  metric: Metric<Score>,
  clean: ScoredPair<Score>,
  shifted: ScoredPair<Score>,
  options: BootstrapOptions = {},
): ShiftComparison {
  const { resamples, confidence, seed } = parseOptions(bootstrapOptions, options);
  const before = pairedBootstrap(metric, clean.original, clean.candidate, options);
  const after = pairedBootstrap(metric, shifted.original, shifted.candidate, options);
  const isAligned = before.examples === after.examples;
  const counts = new Uint32Array(before.examples);
  const shiftedCounts = isAligned ? counts : new Uint32Array(after.examples);
  const dropOf = (pair: ScoredPair<Score>): ((drawn: Uint32Array) => number) => {
    const [original, candidate] = [weighing(metric, pair.original), weighing(metric, pair.candidate)];
    return (drawn) => {
      const [reference, figure] = [original(drawn), candidate(drawn)];
      const isUndefined = Number.isNaN(reference) || Number.isNaN(figure);
      return isUndefined ? Number.NaN : relativeDrop(reference, figure, metric.lowerIsBetter);
    };
  };
  const [cleanDrop, shiftedDrop] = [dropOf(clean), dropOf(shifted)];
  const random = seededRandom(seed);
  const excesses: number[] = [];
  for (let round = 0; round < resamples; round += 1) {
    drawExamples(counts, random);
    if (!isAligned) drawExamples(shiftedCounts, random);
    const excess = shiftedDrop(shiftedCounts) - cleanDrop(counts);
    if (!Number.isNaN(excess)) excesses.push(excess);
  }
  const fewest = Math.min(before.examples, after.examples);
  const [lower, upper] = percentileBounds(excesses, confidence, fewest);
  const value = after.drop.value - before.drop.value;
  return {
    clean: before,
    shifted: after,
    excess: { value, lower, upper, confidence },
    isFragile: lower > 0,
  };
}
