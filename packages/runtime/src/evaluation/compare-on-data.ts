import type { Dataset, Feeds, Outputs } from '@sentei/data';
import { runExamples } from '@sentei/data';
import { type Progress, parseOptions, SenteiError } from '@sentei/ir';
import { z } from 'zod';
import type { Session } from '../process/session.ts';
import { cancellable } from './evaluate.ts';
import { type OutputAgreement, OutputAgreements } from './output-agreement.ts';
import type { BootstrapOptions } from './paired-bootstrap.ts';

const schema = z.strictObject({
  batch: z.int().min(1).default(1),
  from: z.int().min(0).default(0),
  to: z.int().min(1).optional(),
});

/** Which examples are compared and how. */
export interface CompareOnDataOptions {
  /** Sets of inputs of one run; 1 by default. */
  readonly batch?: number | undefined;
  /** First example; 0 by default. */
  readonly from?: number | undefined;
  /** Example after the last; all of them by default. */
  readonly to?: number | undefined;
  readonly bootstrap?: BootstrapOptions | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each example. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

type ComparedSession = Pick<Session, 'inputs' | 'outputs' | 'run'>;

/**
 * How far a candidate's outputs are from the original's on a dataset; labels are not looked at. Both models run the same
 * batches one after the other, padding is left out, and nothing but a few numbers of each run is kept.
 *
 * @throws SenteiError `invalid-data` when there is no example, one does not fit a model, or outputs differ in names, types or
 *   shapes; `runtime-failed`, `runtime-timeout`, `cancelled`, `invalid-option`
 */
export async function compareOnData(
  original: ComparedSession,
  candidate: ComparedSession,
  dataset: Dataset,
  { bootstrap, signal, onProgress, ...rest }: CompareOnDataOptions = {},
): Promise<readonly OutputAgreement[]> {
  const { batch, from, to = dataset.size } = parseOptions(schema, rest);
  const total = Math.max(0, Math.min(to, dataset.size) - from);
  const agreements = new OutputAgreements();
  // Both models' outputs go through the same unbatching: the candidate's are told apart by a prefix.
  const run = async (feeds: Feeds): Promise<Outputs> => ({
    ...prefixed('a', await original.run(feeds)),
    ...prefixed('b', await candidate.run(feeds)),
  });
  const outputs = ['a', 'b'].flatMap((prefix) =>
    original.outputs.map(({ name, dims }) => ({ name: `${prefix}:${name}`, dims })),
  );
  const signature = { inputs: original.inputs, outputs };
  let done = 0;
  for await (const example of cancellable(
    runExamples(dataset, run, { batch, from, to, signal, signature }),
    dataset,
    signal,
  )) {
    for (const each of example.outputs) agreements.add(only('a', each), only('b', each));
    done += 1;
    onProgress?.({ message: 'agreement of outputs', done, total });
  }
  if (done === 0) {
    throw new SenteiError('invalid-data', `${dataset.name}: there is no example to compare on`, {
      subject: dataset.name,
    });
  }
  return agreements.figures(bootstrap);
}

function prefixed(prefix: string, outputs: Outputs): Outputs {
  return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [`${prefix}:${name}`, tensor]));
}

function only(prefix: string, outputs: Outputs): Outputs {
  const start = `${prefix}:`;
  const own = Object.entries(outputs).filter(([name]) => name.startsWith(start));
  return Object.fromEntries(own.map(([name, tensor]) => [name.slice(start.length), tensor]));
}
