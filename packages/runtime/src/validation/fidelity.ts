import type { Feeds } from '@sentei/data';
import { type Progress, SenteiError } from '@sentei/ir';
import {
  cells,
  describeSize,
  type InputSize,
  sizesFor,
  synthesizedFeeds,
  textFeeds,
} from '../inputs/input-sizes.ts';
import { byteLanguageModelNames } from '../metrics/bits-per-byte.ts';
import { compareOutputs, type OutputComparison } from '../metrics/compare-outputs.ts';
import type { ModelPair } from './model-pair.ts';
import type { Effort, LeftOut } from './types.ts';

/** How far the candidate's outputs are from the original's on the same inputs. */
export interface FidelityFigure {
  readonly inputs: 'synthesized' | 'held-out text';
  readonly size: string;
  readonly batch: number | undefined;
  readonly length: number | undefined;
  readonly outputs: Readonly<Record<string, OutputComparison>>;
}

/** Around the sizes at which code takes another path: one, two, a block of 128 and its neighbours, no multiple. */
const LENGTHS = { full: [1, 2, 127, 128, 129, 1000], short: [1, 129] } as const;
const BATCHES = [1, 3] as const;

/** Milliseconds: a size whose run is expected to take longer than this is left out. */
const LONGEST_RUN = 60_000;

/**
 * Runs both models on synthesized inputs, and on held-out text where they are byte-level language models.
 *
 * @throws SenteiError `runtime-failed` or `runtime-timeout` when only the candidate fails or its outputs have other names,
 *   types or shapes; `cancelled`
 */
export async function compareFidelity(
  pair: ModelPair,
  text: Uint8Array | undefined,
  effort: Effort,
  onProgress: (progress: Progress) => void,
): Promise<{ readonly figures: readonly FidelityFigure[]; readonly leftOut: readonly LeftOut[] }> {
  const figures: FidelityFigure[] = [];
  const leftOut: LeftOut[] = [];
  const { inputs } = pair.signature;
  const byteInput = inputs.find(({ name }) => name === byteLanguageModelNames(pair.signature)?.input);
  const sources: (readonly [FidelityFigure['inputs'], (size: InputSize) => Feeds])[] = [
    ['synthesized', (size) => synthesizedFeeds(inputs, size)],
  ];
  if (byteInput && text?.length) sources.push(['held-out text', (size) => textFeeds(byteInput, text, size)]);

  const sizes = sizesFor(inputs, LENGTHS[effort], BATCHES);
  const total = sizes.length * sources.length;
  let pace = 0;
  for (const size of sizes) {
    for (const [source, feedsAt] of sources) {
      onProgress({ message: 'fidelity of outputs', done: figures.length + leftOut.length, total });
      const what = `${describeSize(size)}, ${source}`;
      if (pace * cells(size) > LONGEST_RUN) {
        leftOut.push({ part: 'fidelity', what, reason: 'a run would take longer than a minute' });
        continue;
      }
      const attempt = await pair.run(`at ${what}`, async (onOriginal, onCandidate) => {
        const feeds = feedsAt(size);
        const start = performance.now();
        const original = await onOriginal((session) => session.run(feeds));
        pace = (performance.now() - start) / cells(size);
        return onCandidate(async (session) => asFailure(original, await session.run(feeds)));
      });
      if (attempt.ran)
        figures.push({ inputs: source, size: describeSize(size), ...size, outputs: attempt.result });
      else leftOut.push({ part: 'fidelity', what, reason: attempt.reason });
    }
  }
  onProgress({ message: 'fidelity of outputs', done: total, total });
  return { figures, leftOut };
}

type Outputs = Parameters<typeof compareOutputs>[0];

/** Outputs that cannot be compared are a fault of the candidate, which owes the names, types and shapes of the original. */
function asFailure(original: Outputs, candidate: Outputs): Readonly<Record<string, OutputComparison>> {
  try {
    return compareOutputs(original, candidate);
  } catch (cause) {
    if (!(cause instanceof SenteiError)) throw cause;
    throw new SenteiError('runtime-failed', cause.message, { cause });
  }
}
