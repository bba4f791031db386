import type { Dataset, Example, Feeds, Outputs } from '@sentei/data';
import { runExamples } from '@sentei/data';
import { type Progress, parseOptions, SenteiError } from '@sentei/ir';
import { z } from 'zod';
import type { Metric } from '../metrics/metric.ts';
import type { Session } from '../process/session.ts';

const evaluateOptions = z.strictObject({
  batch: z.int().min(1).default(1),
  from: z.int().min(0).default(0),
  to: z.int().min(1).optional(),
});

/** How an evaluation runs. */
export interface EvaluateOptions {
  /** Sets of inputs of one run; 1 by default, which no model is too large for. */
  readonly batch?: number | undefined;
  /** First example; 0 by default. */
  readonly from?: number | undefined;
  /** Example after the last; all of them by default. */
  readonly to?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each example. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** A model's figure on a dataset, with each example's part of it in the order of the dataset. */
export interface Evaluation<Score = unknown> {
  readonly metric: string;
  readonly lowerIsBetter: boolean;
  readonly value: number;
  readonly examples: number;
  readonly scores: readonly Score[];
}

/** What is needed of a `Session`. */
export type EvaluatedSession = Pick<Session, 'path' | 'inputs' | 'outputs' | 'run' | 'reduce'>;

/**
 * A metric's figure of a model on a dataset. Examples are read, run and scored as they come, in their order; only scores are
 * kept.
 *
 * @throws SenteiError `invalid-data` when there is no example, or one does not fit the model or the metric; `not-numbers`
 *   naming example and output where an output that the metric reads has NaN; `runtime-failed`, `runtime-timeout`,
 *   `cancelled`, `invalid-option`
 */
export async function evaluate<Score>(
  session: EvaluatedSession,
  dataset: Dataset,
  metric: Metric<Score>,
  { signal, onProgress, ...rest }: EvaluateOptions = {},
): Promise<Evaluation<Score>> {
  const { batch, from, to = dataset.size } = parseOptions(evaluateOptions, rest);
  const { reduction } = metric;
  const run = (feeds: Feeds): Promise<Outputs> =>
    reduction
      ? session.reduce(feeds, reduction)
      : session.run(feeds, metric.outputs ? { outputs: metric.outputs } : {});
  // Padding that no mask tells from tokens would be scored too.
  const rows = reduction && reduction.mask === undefined && dataset.padding ? 1 : batch;
  const options = { batch: rows, from, to, signal, signature: session };
  const total = Math.max(0, Math.min(to, dataset.size) - from);
  const scores: Score[] = [];
  for await (const { example, outputs } of cancellable(runExamples(dataset, run, options), dataset, signal)) {
    for (const each of outputs) checkNumbers(each, example, reduction?.logits);
    scores.push(metric.score(example, outputs));
    onProgress?.({ message: metric.name, done: scores.length, total });
  }
  if (scores.length === 0) {
    throw new SenteiError('invalid-data', `${dataset.name}: there is no example to evaluate on`, {
      subject: dataset.name,
    });
  }
  const { name, lowerIsBetter } = metric;
  return { metric: name, lowerIsBetter, value: metric.reduce(scores), examples: scores.length, scores };
}

/** The same items; where the signal is what ended them, that is a `cancelled` as everywhere else. */
export async function* cancellable<Item>(
  items: AsyncIterable<Item>,
  { name }: Dataset,
  signal: AbortSignal | undefined,
): AsyncIterable<Item> {
  try {
    yield* items;
  } catch (cause) {
    if (cause instanceof SenteiError || !signal?.aborted) throw cause;
    throw new SenteiError('cancelled', `${name}: cancelled`, { subject: name, cause });
  }
}

/** @throws SenteiError `not-numbers` */
export function checkNumbers(outputs: Outputs, { source }: Example, reducedFrom?: string): void {
  for (const [name, tensor] of Object.entries(outputs)) {
    if (!hasNaN(tensor)) continue;
    throw new SenteiError('not-numbers', `${source}: output '${reducedFrom ?? name}' has NaN`, {
      subject: source,
      hint: 'The model gives no numbers for this example; see whether the original does.',
    });
  }
}

function hasNaN({ type, data }: Outputs[string]): boolean {
  // In float16 NaN is an exponent of ones with a fraction.
  if (type === 'float16') return data.some((bits) => (bits & 0x7fff) > 0x7c00);
  return (type === 'float32' || type === 'float64') && data.some(Number.isNaN);
}
