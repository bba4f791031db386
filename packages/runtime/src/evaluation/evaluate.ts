import type { HostTensor } from '@sentei/data';
import { type Progress, SenteiError } from '@sentei/ir';
import type { Dataset, Example } from '../metrics/dataset.ts';
import type { Metric, Outputs } from '../metrics/metric.ts';
import type { Session } from '../process/session.ts';

/** How an evaluation runs. */
export interface EvaluateOptions {
  /** Sets of inputs of one run. Default: 1. */
  readonly batch?: number | undefined;
  readonly signal?: AbortSignal | undefined;
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

/**
 * A metric's figure of a model on a dataset. Examples are read, run and scored as they come, in their order; only scores are
 * kept.
 *
 * @throws SenteiError `invalid-data` when the dataset is empty, or an example does not fit the model or the metric;
 *   `not-numbers` naming example and output where an output is NaN; `runtime-failed`, `runtime-timeout`, `cancelled`
 */
export async function evaluate<Score>(
  session: Session,
  dataset: Dataset,
  metric: Metric<Score>,
  { signal, onProgress }: EvaluateOptions = {},
): Promise<Evaluation<Score>> {
  const scores: Score[] = [];
  for await (const example of dataset.read(0, dataset.size, signal)) {
    const outputs: Outputs[] = [];
    for (const feeds of example.inputs) {
      const stacked = mapTensors(feeds, (tensor) => ({ ...tensor, dims: [1, ...tensor.dims] }));
      const run = metric.reduction
        ? await session.reduce(stacked, metric.reduction)
        : await session.run(stacked, metric.outputs ? { outputs: metric.outputs } : {});
      outputs.push(mapTensors(run, (tensor) => ({ ...tensor, dims: tensor.dims.slice(1) })));
    }
    for (const each of outputs) checkNumbers(each, example, metric.reduction?.logits);
    scores.push(metric.score(example, outputs));
    onProgress?.({ message: metric.name, done: scores.length, total: dataset.size });
  }
  if (scores.length === 0) {
    throw new SenteiError('invalid-data', `${dataset.name}: there is no example to evaluate on`, {
      subject: dataset.name,
    });
  }
  return {
    metric: metric.name,
    lowerIsBetter: metric.lowerIsBetter,
    value: metric.reduce(scores),
    examples: scores.length,
    scores,
  };
}

function mapTensors(
  tensors: Readonly<Record<string, HostTensor>>,
  change: (tensor: HostTensor) => HostTensor,
): Readonly<Record<string, HostTensor>> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor)]));
}

function checkNumbers(outputs: Outputs, { source }: Example, reduced: string | undefined): void {
  for (const [name, { data }] of Object.entries(outputs)) {
    if (!(data instanceof Float32Array || data instanceof Float64Array) || !data.some(Number.isNaN)) continue;
    const output = reduced ?? name;
    throw new SenteiError('not-numbers', `${source}: output '${output}' has NaN`, { subject: source });
  }
}
