import type { Dataset, Example } from '@sentei/data';
import { SenteiError } from '@sentei/ir';
import type { Signature } from '../process/protocol.ts';
import { chooseMetric } from './choose-metric.ts';
import { loadMetric } from './load-metric.ts';
import type { Metric } from './metric.ts';

/** Who says which metric it is. */
export interface MetricSources {
  /** What the user wrote on the command line: as a card would, or the path of a module with a metric of their own. */
  readonly named?: string | undefined;
  /** What the dataset card says, where the user says nothing; a card never loads a module. */
  readonly stated?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** `./my-metric.mjs`, and everything else that could be no name. */
const MODULE = /^\.{0,2}[/\\]|^[A-Za-z]:[/\\]|\.[cm]?js$/;

/**
 * The metric for a model and a dataset: the user's, else the card's, else the one that fits (`chooseMetric`).
 *
 * @throws SenteiError as `chooseMetric` and `loadMetric`; `invalid-data` when the dataset is empty, or what reading it throws
 */
export async function resolveMetric(
  signature: Signature,
  dataset: Dataset,
  { named, stated, signal }: MetricSources = {},
): Promise<Metric> {
  if (named !== undefined && MODULE.test(named)) return loadMetric(named);
  return chooseMetric(signature, await fullestOf(dataset, signal), named ?? stated);
}

/** How many examples are looked at: a very short one may not tell tokens from positions. */
const LOOKED_AT = 16;

/** The first examples' one with the most elements. */
async function fullestOf(dataset: Dataset, signal: AbortSignal | undefined): Promise<Example> {
  let fullest: Example | undefined;
  for await (const example of dataset.read(0, LOOKED_AT, signal)) {
    if (fullest === undefined || sizeOf(example) > sizeOf(fullest)) fullest = example;
  }
  if (fullest) return fullest;
  throw new SenteiError('invalid-data', `${dataset.name}: there is no example to measure on`, {
    subject: dataset.name,
  });
}

function sizeOf({ inputs: [feeds = {}] }: Example): number {
  return Object.values(feeds).reduce((total, { data }) => total + data.length, 0);
}
