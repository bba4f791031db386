import { extname } from 'node:path';
import { type Dataset, openCard, spreadRows } from '@sentei/data';
import { type Judge, SenteiError } from '@sentei/ir';
import {
  createJudge,
  evaluate,
  type HeldoutData,
  type Metric,
  resolveMetric,
  type Session,
  type TrialOptions,
} from '@sentei/runtime';

/** What a dataset card is opened for. */
export interface CardOptions extends TrialOptions {
  readonly card: string;
  /** A text that is to judge, which a card has no place for. */
  readonly heldout?: string | undefined;
}

/** What a card's data can be used for. */
export interface PreparedCard {
  /** Absent when no metric fits the data. */
  readonly judge: Judge | undefined;
  /** Held-out examples to compare the result on. */
  readonly data: HeldoutData;
  /** Why there is no judge. */
  readonly reason?: string | undefined;
}

/** Examples that one measurement of a trial model looks at, spread evenly over the split. */
const JUDGED = 256;

/** At least as many as are looked at to find a metric. */
const READ_FIRST = 64;

/** Whether a path is that of a card, and not of a text. */
export function isCard(path: string | undefined): path is string {
  return path !== undefined && extname(path).toLowerCase() === '.json';
}

/**
 * Opens a card for a model, and makes a judge of it with the metric that the card names or that fits. The original is
 * measured on one example first, so that data that does not fit is found before any pass runs.
 *
 * @throws SenteiError as `openCard`, `resolveMetric` where the card names a metric, and `evaluate`
 */
export async function prepareCard(session: Session, options: CardOptions): Promise<PreparedCard> {
  const { signal, heldout: judging } = options;
  const opening = { model: session.inputs, heldout: judging, signal };
  const { splits, metric: stated, batch } = await openCard(options.card, opening);
  const found = await findMetric(session, splits.selection, stated, signal);
  if ('reason' in found) return { judge: undefined, data: { dataset: splits.heldout, batch }, ...found };
  const { metric } = found;
  await evaluate(session, splits.selection, metric, { to: 1, signal });
  const [calibration, selection, heldout] = [splits.calibration, splits.selection, splits.heldout].map(
    (split) => spreadRows(split, JUDGED),
  );
  const judge = createJudge({ ...options, splits: { calibration, selection, heldout }, metric, batch });
  return { judge, data: { dataset: splits.heldout, metric, batch } };
}

async function findMetric(
  session: Session,
  dataset: Dataset,
  stated: string | undefined,
  signal: AbortSignal | undefined,
): Promise<{ readonly metric: Metric } | { readonly reason: string }> {
  try {
    return { metric: await resolveMetric(session, dataset, { stated, signal }) };
  } catch (error) {
    const isUnfit =
      error instanceof SenteiError && ['invalid-data', 'unsupported-model'].includes(error.code);
    if (stated !== undefined || !isUnfit) throw error;
    // What cannot be read is bad data; only data that can be and that no metric fits does without one.
    for await (const _ of dataset.read(0, Math.min(READ_FIRST, dataset.size), signal));
    return { reason: error.message };
  }
}
