import { SenteiError, type Split } from '@sentei/ir';
import { measureBitsPerByte } from '../metrics/bits-per-byte.ts';
import { meanMetric } from '../metrics/metric.ts';
import type { Session } from '../process/session.ts';
import { type ExampleJudge, judgeWith, type TrialOptions } from './judge-with.ts';

/** The text a judge measures on, and how much of it. */
export interface TextJudgeOptions extends TrialOptions {
  /** The text of each split; no byte of it should be in two. */
  readonly splits: Readonly<Partial<Record<Split, Uint8Array>>>;
  /** Windows that one measurement scores, spread evenly over the split; fewer where the split is short. Default: 24. */
  readonly windows?: number | undefined;
  /** Bytes of a window. Default: 512. */
  readonly windowLength?: number | undefined;
}

/** Lengths tried from long to short, for models that cannot run the usual ones. */
const WINDOW_LENGTHS = [512, 256, 128, 64, 32, 16] as const;

const BITS_PER_BYTE = meanMetric({ name: 'bits per byte', lowerIsBetter: true, score: () => Number.NaN });

/**
 * Judges byte-level language models by bits per byte, otherwise as `createJudge`.
 *
 * @throws (from `measure`) SenteiError `invalid-data` when the split is missing or shorter than one window,
 *   `output-unwritable`, `unsupported-model`, and what `startEngine` and `Engine.load` throw
 */
export function createTextJudge(options: TextJudgeOptions): ExampleJudge {
  const { splits, windows = 24, windowLength = 512 } = options;
  const textOf = (split: Split): Uint8Array => {
    const text = spreadWindows(splits[split] ?? new Uint8Array(), windows, windowLength);
    if (text.length > 0) return text;
    throw new SenteiError('invalid-data', `the ${split} text is shorter than one window of ${windowLength}`);
  };
  return judgeWith(
    BITS_PER_BYTE,
    options,
    async (session, split) => {
      const { bitsPerByte, perWindow } = await measureBitsPerByte(session, textOf(split), { windowLength });
      return { value: bitsPerByte, scores: perWindow };
    },
    textOf,
  );
}

/**
 * Picks windows at even distances and puts them one after the other, so that few windows speak for a whole text.
 *
 * @returns `windowLength` bytes for each window, as many windows as fit without overlap and at most `windows`
 */
export function spreadWindows(text: Uint8Array, windows: number, windowLength: number): Uint8Array {
  const available = Math.floor(text.length / windowLength);
  const count = Math.min(windows, available);
  const spread = new Uint8Array(count * windowLength);
  for (let index = 0; index < count; index += 1) {
    const start = Math.floor((index * available) / count) * windowLength;
    spread.set(text.subarray(start, start + windowLength), index * windowLength);
  }
  return spread;
}

/**
 * The longest window, of at most 512 bytes, that a byte-level language model runs: position tables and fixed dimensions
 * set limits that no signature tells.
 *
 * @returns `undefined` when it runs none
 * @throws SenteiError `cancelled`, `runtime-timeout`
 */
export async function longestWindow(session: Session): Promise<number | undefined> {
  const [, sequence] = session.inputs[0]?.dims ?? [];
  const lengths = typeof sequence === 'number' ? [sequence] : WINDOW_LENGTHS;
  for (const length of lengths) {
    try {
      await session.score(new Uint8Array(length).fill(32));
      return length;
    } catch (error) {
      const isOver =
        error instanceof SenteiError &&
        ['runtime-failed', 'not-numbers', 'invalid-data'].includes(error.code);
      if (!isOver) throw error;
    }
  }
  return undefined;
}
