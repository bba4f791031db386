import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Judge, Model, Progress, Split } from '@sentei/ir';
import { SenteiError, writeModel } from '@sentei/ir';
import { measureBitsPerByte } from '../metrics/bits-per-byte.ts';
import { startEngine } from '../process/engine.ts';
import type { Session } from '../process/session.ts';

/** The data a judge measures on, and how much of it. */
export interface JudgeOptions {
  /** Where trial models are written for the time of one measurement. */
  readonly folder: string;
  /** The text of each split; no byte of it should be in two. */
  readonly splits: Readonly<Partial<Record<Split, Uint8Array>>>;
  readonly threads?: number | undefined;
  /** Windows that one measurement scores, spread evenly over the split; fewer where the split is short. Default: 24. */
  readonly windows?: number | undefined;
  /** Bytes of a window. Default: 512. */
  readonly windowLength?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each measurement with the number of measurements so far. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Lengths tried from long to short, for models that cannot run the usual ones. */
const WINDOW_LENGTHS = [512, 256, 128, 64, 32, 16] as const;

/**
 * Judges byte-level language models by bits per byte. Every measurement writes the model to a file of its own, loads it in
 * a fresh process, and leaves nothing behind. A model whose logits are not numbers is infinitely bad, which makes a patch
 * that breaks the numbers one that is reverted.
 *
 * @throws (from `measure`) SenteiError `invalid-data` when the split is missing or shorter than one window,
 *   `output-unwritable`, `unsupported-model`, and what `startEngine` and `Engine.load` throw
 */
export function createJudge(options: JudgeOptions): Judge {
  const { folder, splits, threads, windows = 24, windowLength = 512, signal, onProgress } = options;
  let measurements = 0;
  return {
    metric: { name: 'bits per byte', lowerIsBetter: true },
    async measure(model: Model, split: Split): Promise<number> {
      const text = spreadWindows(splits[split] ?? new Uint8Array(), windows, windowLength);
      if (text.length === 0) {
        throw new SenteiError(
          'invalid-data',
          `the ${split} text is shorter than one window of ${windowLength}`,
        );
      }
      measurements += 1;
      const trial = join(folder, `trial-${measurements}.onnx`);
      try {
        await writeModel(model, trial);
        const engine = await startEngine({ threads, signal });
        try {
          return await bitsOf(await engine.load(trial), text, windowLength);
        } finally {
          await engine.close();
        }
      } finally {
        await rm(trial, { force: true });
        onProgress?.({ message: 'candidates judged', done: measurements, total: measurements });
      }
    },
  };
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

async function bitsOf(session: Session, text: Uint8Array, windowLength: number): Promise<number> {
  try {
    return (await measureBitsPerByte(session, text, { windowLength })).bitsPerByte;
  } catch (error) {
    if (error instanceof SenteiError && error.code === 'not-numbers') return Number.POSITIVE_INFINITY;
    throw error;
  }
}
