import type { Feeds } from '../tensors/host-tensor.ts';
import { type BatchOptions, batches } from './batches.ts';
import type { Dataset, Example } from './types.ts';
import { type Outputs, type UnbatchOptions, unbatch } from './unbatch.ts';

/** An example with what the model gave for each of its sets of inputs. */
export interface RunExample {
  readonly example: Example;
  readonly outputs: readonly Outputs[];
}

/**
 * Runs a model over a dataset and gives each example with its own outputs, in order.
 *
 * @param run one batch's feeds to its outputs
 * @throws SenteiError what {@link batches} and {@link unbatch} throw, and whatever `run` does
 */
export async function* runExamples(
  dataset: Dataset,
  run: (feeds: Feeds) => Promise<Outputs>,
  options: BatchOptions & UnbatchOptions = {},
): AsyncIterable<RunExample> {
  const { signature, side, ...batching } = options;
  const padded = options.padding ?? dataset.padding;
  let current: { example: Example; outputs: Outputs[] } | undefined;
  for await (const batch of batches(dataset, batching)) {
    const outputs = unbatch(batch, await run(batch.feeds), { signature, side: side ?? padded?.side });
    for (const [row, { example: index, set }] of batch.rows.entries()) {
      const example = batch.examples[index];
      const own = outputs[row];
      if (!example || !own) continue;
      if (set === 0) {
        if (current) yield current;
        current = { example, outputs: [] };
      }
      current?.outputs.push(own);
    }
  }
  if (current) yield current;
}
