import type { Progress } from '@sentei/ir';
import { type PairTiming, timePair } from '../benchmark/benchmark.ts';
import {
  describeSize,
  type InputSize,
  sizesFor,
  synthesizedFeeds,
  textFeeds,
} from '../inputs/input-sizes.ts';
import { byteLanguageModelNames } from '../metrics/bits-per-byte.ts';
import type { ModelPair } from './model-pair.ts';
import type { Effort, LeftOut } from './types.ts';

const LENGTHS = {
  full: [64, 128, 256, 512, 1024, 4096, 8192],
  short: [64, 512, 1024, 2048],
} as const;
const BATCHES = { full: [1, 4, 16], short: [1, 4] } as const;

/** Milliseconds spent on one size, warm-up included, as long as six rounds take no longer than that. */
const BUDGET = { full: 5000, short: 1500 } as const;

/** With fewer there is no interval of 95 %, and nothing to be said about a difference. */
const FEWEST_ROUNDS = 6;

/** Milliseconds: a size whose run is expected to take longer than this is left out. */
const LONGEST_RUN = 30_000;

/** Times of two models at one size of their inputs. */
export interface SpeedFigure extends PairTiming {
  readonly inputs: 'synthesized' | 'held-out text';
  readonly batch: number | undefined;
  readonly length: number | undefined;
}

/**
 * Times both models in turns, on held-out text where they are byte-level language models and else on synthesized inputs:
 * at several lengths, at several batch sizes where the model fixes its length, or once where it fixes all.
 *
 * @throws SenteiError `runtime-failed` or `runtime-timeout` when only the candidate fails, `cancelled`
 */
export async function compareSpeed(
  pair: ModelPair,
  text: Uint8Array | undefined,
  effort: Effort,
  onProgress: (progress: Progress) => void,
  confidence?: number | undefined,
): Promise<{ readonly figures: readonly SpeedFigure[]; readonly leftOut: readonly LeftOut[] }> {
  const figures: SpeedFigure[] = [];
  const leftOut: LeftOut[] = [];
  const { inputs } = pair.signature;
  const byteInput = inputs.find(({ name }) => name === byteLanguageModelNames(pair.signature)?.input);
  const isText = byteInput !== undefined && text !== undefined && text.length > 0;
  const feedsAt = (size: InputSize) =>
    isText ? textFeeds(byteInput, text, size) : synthesizedFeeds(inputs, size);

  const sizes = speedSizes(inputs, effort);
  let last: { readonly scale: number; readonly milliseconds: number } | undefined;
  for (const [index, size] of sizes.entries()) {
    const label = describeSize(size);
    onProgress({ message: `speed at ${label}`, done: index, total: sizes.length });
    const scale = size.length ?? size.batch ?? 1;
    // Attention makes time grow with the square of the length at worst.
    const expected = last === undefined ? 0 : last.milliseconds * (scale / last.scale) ** 2;
    if (expected > LONGEST_RUN) {
      const reason = `a run would take up to ${Math.round(expected / 1000)} s`;
      leftOut.push({ part: 'speed', what: label, reason });
      continue;
    }
    const attempt = await pair.run(`at ${label}`, async (onOriginal, onCandidate) => {
      const feeds = feedsAt(size);
      const timers = {
        original: (runs: number) => onOriginal((session) => session.time(feeds, runs)),
        candidate: (runs: number) => onCandidate((session) => session.time(feeds, runs)),
      };
      const settings = { minimumRounds: FEWEST_ROUNDS, budgetMs: BUDGET[effort], confidence };
      return timePair(timers, settings, () => performance.now());
    });
    if (!attempt.ran) {
      leftOut.push({ part: 'speed', what: label, reason: attempt.reason });
      continue;
    }
    last = { scale, milliseconds: attempt.result.original.median };
    figures.push({ label, inputs: isText ? 'held-out text' : 'synthesized', ...size, ...attempt.result });
  }
  onProgress({ message: 'speed', done: sizes.length, total: sizes.length });
  return { figures, leftOut };
}

function speedSizes(inputs: Parameters<typeof sizesFor>[0], effort: Effort): InputSize[] {
  const byLength = sizesFor(inputs, LENGTHS[effort], [1]);
  const variesInLength = byLength.some(({ length }) => length !== undefined);
  return variesInLength ? byLength : sizesFor(inputs, LENGTHS[effort], BATCHES[effort]);
}
