import { SenteiError } from '@sentei/ir';
import type { Feeds } from '../tensors/host-tensor.ts';
import { type BatchOptions, batches } from './batches.ts';
import type { Batch, Dataset, Example } from './types.ts';
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
 * @throws SenteiError what {@link batches} and {@link unbatch} throw, and whatever `run` does, with the examples named
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
    const outputs = unbatch(batch, await runNamed(run, batch), { signature, side: side ?? padded?.side });
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

async function runNamed(run: (feeds: Feeds) => Promise<Outputs>, batch: Batch): Promise<Outputs> {
  try {
    return await run(batch.feeds);
  } catch (cause) {
    if (!(cause instanceof SenteiError) || cause.code === 'cancelled') throw cause;
    const { code, message, subject, hint } = cause;
    const [first, ...others] = batch.examples.map(({ source }) => source);
    const where = others.length > 0 ? `${first} and ${others.length} more` : first;
    throw new SenteiError(code, `${message} (at ${where})`, {
      ...(subject !== undefined && { subject }),
      ...(hint !== undefined && { hint }),
      cause,
    });
  }
}
