import type { Interval, Progress } from '@sentei/ir';
import { pairedBootstrap } from '../evaluation/paired-bootstrap.ts';
import { byteLanguageModelNames, measureBitsPerByte } from '../metrics/bits-per-byte.ts';
import { type Metric, meanMetric } from '../metrics/metric.ts';
import type { ModelPair } from './model-pair.ts';
import type { Effort, LeftOut } from './types.ts';

/** The quality of both models on the same held-out examples. */
export interface QualityFigure {
  readonly metric: string;
  readonly lowerIsBetter: boolean;
  /** What it was measured on: the name of a dataset, or windows of text as `96 × 1024`. */
  readonly where: string;
  /** How the data was shifted; `null` for the data as it is. */
  readonly shift: string | null;
  readonly examples: number;
  /** Of windows of text alone. */
  readonly windowLength?: number;
  readonly windows?: number;
  readonly original: number;
  readonly candidate: number;
  /** Loss relative to the original: 0.01 is one per cent worse, negative is better. */
  readonly drop: number;
  /** Paired bootstrap interval of `drop`; `null` of a single example. */
  readonly interval: Interval | null;
  /** Candidate less original with its interval, in the unit of the metric. */
  readonly difference: { readonly value: number; readonly lower: number; readonly upper: number };
}

const SETTINGS = {
  full: [
    { windowLength: 1024, windows: 96 },
    { windowLength: 4096, windows: 24 },
  ],
  short: [
    { windowLength: 1024, windows: 8 },
    // One window would have no interval.
    { windowLength: 4096, windows: 2 },
  ],
} as const;

/** Each window counts the same, whatever its length. */
const WINDOW_BITS = meanMetric({ name: 'bits per byte', lowerIsBetter: true, score: () => Number.NaN });

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
  confidence?: number | undefined,
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
      return { original: original.perWindow, candidate: candidate.perWindow };
    });
    if (!attempt.ran) {
      leftOut.push({ part: 'quality', what, reason: attempt.reason });
      return;
    }
    const { original, candidate } = attempt.result;
    const figure = qualityFigure(WINDOW_BITS, original, candidate, confidence);
    figures.push({ ...figure, where: `${windows} × ${windowLength}`, shift: null, windowLength, windows });
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

/** Both figures of a metric on the same examples, with intervals of their difference. */
export function qualityFigure<Score>(
  metric: Metric<Score>,
  original: readonly Score[],
  candidate: readonly Score[],
  confidence = 0.95,
): Omit<QualityFigure, 'where' | 'shift'> {
  const found = pairedBootstrap(metric, original, candidate, { confidence });
  const { drop, lower, upper, examples } = found;
  const interval = { lower: drop.lower, upper: drop.upper, confidence };
  return {
    metric: metric.name,
    lowerIsBetter: metric.lowerIsBetter,
    examples,
    original: found.original,
    candidate: found.candidate,
    drop: drop.value,
    interval: examples < 2 || Number.isNaN(interval.lower) ? null : interval,
    difference: { value: found.difference, lower, upper },
  };
}
