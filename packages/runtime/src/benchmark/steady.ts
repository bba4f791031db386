import { middleOf } from './interval.ts';

/** When a model counts as warm. */
export interface SteadyCriterion {
  /** Runs in each of the two windows that are compared. */
  readonly window: number;
  /** How far the medians of the windows may be apart, relative to the smaller one. */
  readonly tolerance: number;
}

export const STEADY: SteadyCriterion = { window: 5, tolerance: 0.05 };

/** What happened before anything was measured. */
export interface WarmUp {
  /** Runs of each model. */
  readonly runs: number;
  /** Whether all models met the criterion; else the most runs or the time for it were spent first. */
  readonly isSteady: boolean;
}

/**
 * Whether run times have stopped drifting: the medians of the last two windows of runs agree. A median does not mind the
 * one run in which something else had the processor.
 *
 * @param milliseconds of every run so far, in order
 */
export function isSteady(milliseconds: readonly number[], criterion: SteadyCriterion = STEADY): boolean {
  const { window, tolerance } = criterion;
  if (milliseconds.length < 2 * window) return false;
  const before = middleOf(milliseconds.slice(-2 * window, -window));
  const after = middleOf(milliseconds.slice(-window));
  return Math.abs(after - before) <= tolerance * Math.min(before, after);
}
