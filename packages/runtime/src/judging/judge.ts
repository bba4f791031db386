import type { Dataset } from '@sentei/data';
import { SenteiError, type Split } from '@sentei/ir';
import { evaluate } from '../evaluation/evaluate.ts';
import type { Metric } from '../metrics/metric.ts';
import { type ExampleJudge, judgeWith, type TrialOptions } from './judge-with.ts';

/** What a judge measures, on which data, and how much of it. */
export interface JudgeOptions<Score = unknown> extends TrialOptions {
  /** No example should be in two of them. */
  readonly splits: Readonly<Partial<Record<Split, Dataset>>>;
  readonly metric: Metric<Score>;
  /** Sets of inputs of one run; 1 by default. */
  readonly batch?: number | undefined;
  /** Examples of a split that one measurement looks at, the first ones; all by default. */
  readonly examples?: number | undefined;
}

/**
 * Judges models by a metric on data. Every measurement writes the model to a file of its own, loads it in a fresh process,
 * and leaves nothing behind. A model whose outputs are not numbers is infinitely bad, which makes a patch that breaks the
 * numbers one that is reverted.
 *
 * @throws (from `measure`) SenteiError `invalid-data` when the split is missing or an example does not fit,
 *   `output-unwritable`, `unsupported-model`, and what `startEngine`, `Engine.load` and `evaluate` throw
 */
export function createJudge<Score>(options: JudgeOptions<Score>): ExampleJudge {
  const { metric, splits, batch, examples, signal } = options;
  const dataOf = (split: Split): Dataset => {
    const dataset = splits[split];
    if (dataset && dataset.size > 0) return dataset;
    throw new SenteiError('invalid-data', `there is no ${split} data to judge on`, { subject: split });
  };
  return judgeWith(
    metric,
    options,
    (session, split) => evaluate(session, dataOf(split), metric, { batch, to: examples, signal }),
    dataOf,
  );
}
