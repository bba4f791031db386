import { type Dataset, spreadRows } from '@sentei/data';
import type { Progress } from '@sentei/ir';
import { compareShift, type ScoredPair } from '../evaluation/compare-shift.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import type { Metric } from '../metrics/metric.ts';
import type { ModelPair } from './model-pair.ts';
import { type QualityFigure, qualityFigure } from './quality.ts';
import type { Effort } from './types.ts';

/** Held-out examples that no decision was based on, the metric for them, and the same or other examples shifted. */
export interface HeldoutData {
  /** Text for byte-level language models, measured in windows of its own. */
  readonly text?: Uint8Array | undefined;
  /** Absent where the data itself is given as text. */
  readonly dataset?: Dataset | undefined;
  /** Absent where there are no labels: outputs alone are compared then. */
  readonly metric?: Metric | undefined;
  readonly shifts?: readonly ShiftedData[] | undefined;
  /** Sets of inputs in one run. Default: 1. */
  readonly batch?: number | undefined;
}

/** Data that differs from what the model is for: noise, truncation, another domain. */
export interface ShiftedData {
  /** Such as `noise=0.05`. */
  readonly shift: string;
  readonly dataset: Dataset;
}

export interface DataComparisonOptions {
  readonly effort: Effort;
  /** Sets of inputs of one run. */
  readonly batch?: number | undefined;
  readonly confidence?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (progress: Progress) => void;
}

/** Examples that a short comparison looks at, spread over the data. */
const SHORT = 64;

/**
 * A metric's figures of both models on held-out data and on each shifted form of it. What the original cannot run is an
 * error, since the user has given it.
 *
 * @throws SenteiError `invalid-data` when examples do not fit the models or the metric, or there are none; `not-numbers`,
 *   `runtime-failed`, `runtime-timeout`, `cancelled`
 */
export async function compareQualityOnData(
  pair: ModelPair,
  { dataset, metric, shifts = [] }: HeldoutData,
  options: DataComparisonOptions,
): Promise<readonly QualityFigure[]> {
  if (metric === undefined) return [];
  const sets = [...(dataset ? [{ shift: null, dataset }] : []), ...shifts];
  const figures: QualityFigure[] = [];
  let clean: ScoredPair<unknown> | undefined;
  for (const { shift, dataset: data } of sets) {
    const where = shift ?? data.name;
    const [original, candidate] = await scorePair(pair, data, metric, where, options);
    const figure = { ...qualityFigure(metric, original, candidate, options.confidence), where, shift };
    if (shift === null) clean = { original, candidate };
    const hasExcess = shift !== null && figure.interval !== null;
    figures.push({ ...figure, ...(hasExcess && excessOf(metric, clean, { original, candidate }, options)) });
  }
  return figures;
}

function excessOf<Score>(
  metric: Metric<Score>,
  clean: ScoredPair<Score> | undefined,
  shifted: ScoredPair<Score>,
  { confidence }: DataComparisonOptions,
): Pick<QualityFigure, 'excess'> {
  if (clean === undefined) return {};
  const { excess } = compareShift(metric, clean, shifted, confidence === undefined ? {} : { confidence });
  return Number.isNaN(excess.lower) ? {} : { excess };
}

async function scorePair<Score>(
  pair: ModelPair,
  dataset: Dataset,
  metric: Metric<Score>,
  where: string,
  { effort, batch, signal, onProgress }: DataComparisonOptions,
): Promise<readonly [readonly Score[], readonly Score[]]> {
  const judged = effort === 'short' ? spreadRows(dataset, SHORT) : dataset;
  let finished = 0;
  const scores = await pair.insist(`on ${where}`, async (session) => {
    const first = finished;
    const report = ({ done, total }: Progress) =>
      onProgress({ message: `${metric.name} on ${where}`, done: first + done, total: 2 * total });
    const found = await evaluate(session, judged, metric, { batch, signal, onProgress: report });
    finished += found.examples;
    return found.scores;
  });
  return scores;
}
