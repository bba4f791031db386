import { type Progress, relativeDrop } from '@sentei/ir';
import { byteLanguageModelNames, measureBitsPerByte } from '../metrics/bits-per-byte.ts';
import type { ModelPair } from './model-pair.ts';
import type { Effort, LeftOut } from './types.ts';

/** The quality of both models on the same windows of held-out text. */
export interface QualityFigure {
  readonly metric: string;
  readonly windowLength: number;
  readonly windows: number;
  readonly original: number;
  readonly candidate: number;
  /** Loss relative to the original: 0.01 is one per cent worse, negative is better. */
  readonly drop: number;
}

const SETTINGS = {
  full: [
    { windowLength: 1024, windows: 96 },
    { windowLength: 4096, windows: 24 },
  ],
  short: [
    { windowLength: 1024, windows: 8 },
    { windowLength: 4096, windows: 1 },
  ],
} as const;

/** Tried one after the other until one runs, for models and texts too short for the usual windows. */
const FALLBACK_LENGTHS = [512, 256, 128, 64, 32, 16] as const;
const FALLBACK_WINDOWS = { full: 96, short: 8 } as const;

/**
 * Bits per byte of both models on held-out text; nothing when they are no byte-level language models.
 *
 * @throws SenteiError `runtime-failed` or `runtime-timeout` when only the candidate fails, `cancelled`
 */
export async function compareQuality(
  pair: ModelPair,
  text: Uint8Array,
  effort: Effort,
  onProgress: (progress: Progress) => void,
): Promise<{ readonly figures: readonly QualityFigure[]; readonly leftOut: readonly LeftOut[] }> {
  const names = byteLanguageModelNames(pair.signature);
  if (names === undefined) return { figures: [], leftOut: [] };
  const figures: QualityFigure[] = [];
  const leftOut: LeftOut[] = [];
  const measure = async (windowLength: number, wanted: number): Promise<void> => {
    const what = `windows of ${windowLength} bytes`;
    const windows = Math.min(wanted, Math.floor(text.length / windowLength));
    if (windows === 0) {
      const reason = `the held-out text has only ${text.length} bytes`;
      leftOut.push({ part: 'quality', what, reason });
      return;
    }
    const message = `bits per byte, ${what}`;
    const attempt = await pair.run(what, async (onOriginal, onCandidate) => {
      const settings = (first: number) => ({
        windowLength,
        windows,
        onWindow: (done: number) => onProgress({ message, done: first + done, total: 2 * windows }),
      });
      const original = await onOriginal((session) => measureBitsPerByte(session, text, settings(0)));
      const candidate = await onCandidate((session) => measureBitsPerByte(session, text, settings(windows)));
      return { original: original.bitsPerByte, candidate: candidate.bitsPerByte };
    });
    if (!attempt.ran) {
      leftOut.push({ part: 'quality', what, reason: attempt.reason });
      return;
    }
    const { original, candidate } = attempt.result;
    const drop = relativeDrop(original, candidate, true);
    figures.push({ metric: 'bits per byte', windowLength, windows, original, candidate, drop });
  };
  const [, sequence] = pair.signature.inputs[0]?.dims ?? [];
  if (typeof sequence === 'number') {
    await measure(sequence, FALLBACK_WINDOWS[effort]);
    return { figures, leftOut };
  }
  for (const { windowLength, windows } of SETTINGS[effort]) await measure(windowLength, windows);
  for (const length of FALLBACK_LENGTHS) {
    if (figures.length > 0) break;
    await measure(length, FALLBACK_WINDOWS[effort]);
  }
  return { figures, leftOut };
}
