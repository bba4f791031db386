import type { Dataset } from '@sentei/data';
import type { Metric } from '../metrics/metric.ts';
import { compareShift, type ScoredPair, type ShiftComparison } from './compare-shift.ts';
import { type EvaluatedSession, type EvaluateOptions, evaluate } from './evaluate.ts';
import type { BootstrapOptions } from './paired-bootstrap.ts';

/** Data as it is, and the same or other data that the model was not made for. */
export interface DataWithShifts {
  readonly clean: Dataset;
  /** By what they are: `noise=0.05`, `other domain`. */
  readonly shifts: Readonly<Record<string, Dataset>>;
}

/** As of `evaluate`, for each dataset. */
export interface EvaluateShiftsOptions extends EvaluateOptions {
  readonly bootstrap?: BootstrapOptions | undefined;
}

/**
 * The same figure on clean and on shifted data, of both models on the same examples, and whether the candidate loses more
 * where the data is shifted: a layer that is redundant on clean data may have been what held there.
 *
 * @returns a comparison for each shift, by its name
 * @throws SenteiError as `evaluate`
 */
export async function evaluateShifts<Score>(
  original: EvaluatedSession,
  candidate: EvaluatedSession,
  metric: Metric<Score>,
  { clean, shifts }: DataWithShifts,
  { bootstrap, ...options }: EvaluateShiftsOptions = {},
): Promise<Readonly<Record<string, ShiftComparison>>> {
  const score = async (dataset: Dataset): Promise<ScoredPair<Score>> => ({
    original: (await evaluate(original, dataset, metric, options)).scores,
    candidate: (await evaluate(candidate, dataset, metric, options)).scores,
  });
  const reference = await score(clean);
  const found: Record<string, ShiftComparison> = {};
  for (const [name, dataset] of Object.entries(shifts)) {
    found[name] = compareShift(metric, reference, await score(dataset), bootstrap);
  }
  return found;
}
