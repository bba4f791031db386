import { type Batch, batches, type Dataset, type Example, type Feeds } from '@sentei/data';
import type { BatchItems } from './batch-rows.ts';

/** Rows that run together, with where each is from. */
export interface CalibrationBatch {
  readonly feeds: Feeds;
  readonly items: BatchItems;
  /** Where each is from, for messages. */
  readonly sources: readonly string[];
}

/** `size` consecutive examples: the unit of sharding, which is cut the same way in every run. */
export interface Block {
  readonly index: number;
  readonly batches: readonly CalibrationBatch[];
}

/** Blocks that a dataset has. */
export function countBlocks({ size }: Pick<Dataset, 'size'>, block: number): number {
  return Math.ceil(size / block);
}

/**
 * Blocks `from` up to, not including, `to`. Inputs of one shape run together and others apart, so that no padding is
 * needed, none is counted, and what a value is does not depend on its neighbours.
 *
 * @throws SenteiError `invalid-data` and what reading the dataset throws
 */
export async function* readBlocks(
  dataset: Dataset,
  size: number,
  from: number,
  to: number,
  signal?: AbortSignal,
): AsyncGenerator<Block> {
  let index = from;
  let examples: Example[] = [];
  const close = async (): Promise<Block> => {
    const block = { index, batches: await toBatches(dataset, examples, index * size) };
    index += 1;
    examples = [];
    return block;
  };
  for await (const example of dataset.read(from * size, Math.min(to * size, dataset.size), signal)) {
    examples.push(example);
    if (examples.length === size) yield await close();
  }
  if (examples.length > 0) yield await close();
}

interface Item {
  readonly example: Example;
  readonly number: number;
  readonly part: number;
}

async function toBatches(
  dataset: Dataset,
  examples: readonly Example[],
  first: number,
): Promise<CalibrationBatch[]> {
  const groups = new Map<string, Item[]>();
  for (const [offset, { source, hash, inputs }] of examples.entries()) {
    for (const [part, feeds] of inputs.entries()) {
      const item = { example: { source, hash, inputs: [feeds] }, number: first + offset, part };
      const shape = shapeOf(feeds);
      groups.set(shape, [...(groups.get(shape) ?? []), item]);
    }
  }
  return Promise.all([...groups.values()].map((items) => stack(dataset, items)));
}

async function stack(dataset: Dataset, items: readonly Item[]): Promise<CalibrationBatch> {
  const group: Dataset = {
    name: dataset.name,
    size: items.length,
    fingerprint: dataset.fingerprint,
    async *read() {
      for (const { example } of items) yield example;
    },
  };
  const stacked: Batch[] = [];
  for await (const batch of batches(group, { batch: items.length })) stacked.push(batch);
  return {
    feeds: stacked[0]?.feeds ?? {},
    items: { examples: items.map(({ number }) => number), parts: items.map(({ part }) => part) },
    sources: items.map(({ example }) => example.source),
  };
}

function shapeOf(feeds: Feeds): string {
  const shapes = Object.entries(feeds).map(([name, { type, dims }]) => [name, type, ...dims]);
  return JSON.stringify(shapes);
}
