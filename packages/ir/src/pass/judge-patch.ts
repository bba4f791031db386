import type { Model } from '../graph/model.ts';
import { relativeDrop } from './budget.ts';
import { checkCriterion, type Outcome } from './criterion.ts';
import type { Judge, Measurement } from './pass.ts';

/** What a patch may cost. */
export interface PatchBudget {
  readonly maxDrop: number;
  readonly confidence?: number | undefined;
}

/** What became of a model that was held against one before it. */
export interface JudgedPatch {
  readonly outcome: Outcome;
  readonly scores: Readonly<Record<string, number>>;
  /** One line for people. */
  readonly reason: string;
}

/** Measures a model on the selection data, with each example's part where a budget asks for intervals and the judge can. */
export async function measureSelection(
  judge: Judge,
  model: Model,
  { confidence }: PatchBudget,
): Promise<Measurement> {
  if (confidence !== undefined && judge.measureExamples) return judge.measureExamples(model, 'selection');
  return { value: await judge.measure(model, 'selection'), scores: [] };
}

/**
 * Holds one measurement against another: the loss itself has to be within the budget, or with a confidence the upper end of
 * its interval. A judge that cannot tell intervals leaves it unknown then, which is not good enough.
 */
export function judgePatch(
  judge: Judge,
  baseline: Measurement,
  measured: Measurement,
  { maxDrop, confidence }: PatchBudget,
): JudgedPatch {
  const { name, lowerIsBetter } = judge.metric;
  const drop = relativeDrop(baseline.value, measured.value, lowerIsBetter);
  const isTold = confidence !== undefined && baseline.scores.length > 0 && judge.dropInterval !== undefined;
  const interval = isTold ? judge.dropInterval?.(baseline, measured, confidence) : undefined;
  const criterion = { bound: 'at most', limit: maxDrop, confidence } as const;
  const { outcome } = checkCriterion(criterion, { value: drop, interval });
  const ends: Readonly<Record<string, number>> = interval
    ? { selectionDropLower: interval.lower, selectionDropUpper: interval.upper }
    : {};
  const scores = { selection: measured.value, selectionDrop: drop, ...ends };
  const loss = `${name} gets worse by ${percent(drop)}`;
  const range = interval ? `, at most ${percent(interval.upper)} with confidence ${confidence}` : '';
  const lack = confidence !== undefined && !interval ? ', how surely is not known' : '';
  return { outcome, scores, reason: `${loss}${range}${lack}, the budget is ${percent(maxDrop)}` };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
