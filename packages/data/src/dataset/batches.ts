import { parseOptions } from '@sentei/ir';
import { z } from 'zod';
import type { Feeds } from '../tensors/host-tensor.ts';
import { stackFeeds } from './stack.ts';
import type { Batch, BatchRow, Dataset, Example, Padding } from './types.ts';

const schema = z.object({
  batch: z.int().min(1).default(1),
  from: z.int().min(0).default(0),
  to: z.int().min(0).optional(),
});

/** Which examples to batch, and how many rows at a time. */
export interface BatchOptions {
  /** Rows of a batch, each one set of an example's inputs; 1 by default. The last batch may have fewer. */
  readonly batch?: number | undefined;
  /** First example; 0 by default. */
  readonly from?: number | undefined;
  /** Example after the last; all of them by default. */
  readonly to?: number | undefined;
  /** Instead of the dataset's own. */
  readonly padding?: Padding | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A dataset's inputs, stacked. Rows follow the order of examples and, within one, of its sets.
 *
 * @throws SenteiError `invalid-option`; `invalid-data` for a ragged batch, or what reading the dataset throws
 */
export async function* batches(dataset: Dataset, options: BatchOptions = {}): AsyncIterable<Batch> {
  const { padding = dataset.padding, signal } = options;
  const { batch, from, to } = parseOptions(schema, { ...options, padding: undefined, signal: undefined });
  let pending = new PendingBatch(padding);
  for await (const example of dataset.read(from, to, signal)) {
    for (const [set, feeds] of example.inputs.entries()) {
      pending.add(example, set, feeds);
      if (pending.size < batch) continue;
      signal?.throwIfAborted();
      yield pending.stack();
      pending = new PendingBatch(padding);
    }
  }
  if (pending.size > 0) yield pending.stack();
}

class PendingBatch {
  private readonly examples: Example[] = [];
  private readonly rows: BatchRow[] = [];
  private readonly feeds: Feeds[] = [];
  private readonly padding: Padding | undefined;

  constructor(padding: Padding | undefined) {
    this.padding = padding;
  }

  get size(): number {
    return this.rows.length;
  }

  add(example: Example, set: number, feeds: Feeds): void {
    if (this.examples.at(-1) !== example) this.examples.push(example);
    this.rows.push({ example: this.examples.length - 1, set });
    this.feeds.push(feeds);
  }

  stack(): Batch {
    const rows = this.feeds.map((feeds, index) => ({
      feeds,
      source: this.examples[this.rows[index]?.example ?? 0]?.source ?? '',
    }));
    return { examples: this.examples, rows: this.rows, feeds: stackFeeds(rows, this.padding) };
  }
}
