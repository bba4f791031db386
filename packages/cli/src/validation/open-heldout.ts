import { extname } from 'node:path';
import {
  type Dataset,
  type Example,
  noise,
  type OpenCardOptions,
  type OpenedCard,
  openCard,
  refuseOverlap,
  sliceRows,
  truncate,
} from '@sentei/data';
import { SenteiError } from '@sentei/ir';
import {
  type Effort,
  type HeldoutData,
  isByteLanguageModel,
  type Metric,
  resolveMetric,
  type ShiftedData,
  type Signature,
  type ValidatedData,
} from '@sentei/runtime';
import { readSplits } from '../data-splits.ts';
import type { Shift } from './parse-shifts.ts';

/** What the command line says about data. */
export interface HeldoutSource {
  /** A dataset card, or a text. */
  readonly data: string;
  /** Another text that judges. */
  readonly heldout?: string | undefined;
  /** A name with options, or the path of a module. Default: what the card says, or what fits. */
  readonly metric?: string | undefined;
  readonly shifts: readonly Shift[];
  readonly effort: Effort;
  /** Whether the budget is about the metric: without, data that no metric fits is compared by outputs alone. */
  readonly needsMetric: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Data to judge on, and what a record says of it. */
export interface OpenedHeldout {
  readonly data: HeldoutData;
  readonly facts: ValidatedData;
  /** Whether the metric compares with labels. */
  readonly hasLabels: boolean;
}

/** Windows of text as `prune` measures them, of which as many are shifted. */
const WINDOW = 1024;
const SHIFTED_WINDOWS = { full: 96, short: 8 } as const;

/** What a byte-level language model is measured by when nothing else is asked for. */
const BITS_PER_BYTE = 'bits-per-byte';

/**
 * Opens the held-out part of the data for a model, and each shifted form of it. A text for a byte-level language model is
 * measured in the windows of `prune`; all other data by its card.
 *
 * @throws SenteiError as `openCard`, `readSplits` and `resolveMetric`
 */
export async function openHeldout(signature: Signature, source: HeldoutSource): Promise<OpenedHeldout> {
  const { data, heldout, metric: stated, shifts, effort, signal } = source;
  const isText = extname(data).toLowerCase() !== '.json' && isByteLanguageModel(signature);
  const [, sequence] = signature.inputs[0]?.dims ?? [];
  const length = isText ? { length: typeof sequence === 'number' ? sequence : WINDOW } : {};
  const card = await openCard(data, { model: signature.inputs, heldout, signal, ...length });
  const dataset = isText ? sliceRows(card.splits.heldout, 0, SHIFTED_WINDOWS[effort]) : card.splits.heldout;
  const example = await firstOf(dataset, signal);
  const metric = await findMetric(signature, dataset, card, source);
  const shifted: ShiftedData[] = [];
  for (const shift of shifts) {
    const shifting = { dataset, card, model: signature.inputs, signal, ...length };
    shifted.push({ shift: shift.text, dataset: await shiftData(shift, shifting) });
  }
  const isUsual = isText && (stated === undefined || stated === BITS_PER_BYTE);
  const text = isUsual ? (await readSplits({ data, heldout })).texts.heldout : undefined;
  const { kind, fingerprint, dropped, batch } = card;
  return {
    data: { metric, shifts: shifted, batch, ...(text ? { text } : { dataset }) },
    facts: {
      path: data,
      kind,
      fingerprint,
      examples: card.splits.heldout.size,
      dropped: dropped.heldout,
      metric: metric?.name ?? null,
    },
    hasLabels: example.label !== undefined,
  };
}

async function firstOf(dataset: Dataset, signal: AbortSignal | undefined): Promise<Example> {
  for await (const example of dataset.read(0, 1, signal)) return example;
  throw new SenteiError('invalid-data', `${dataset.name}: there is no example to judge on`, {
    subject: dataset.name,
  });
}

async function findMetric(
  signature: Signature,
  dataset: Dataset,
  card: OpenedCard,
  { metric: named, needsMetric, shifts, signal }: HeldoutSource,
): Promise<Metric | undefined> {
  try {
    return await resolveMetric(signature, dataset, { named, stated: card.metric, signal });
  } catch (error) {
    const isAsked = named !== undefined || card.metric !== undefined || needsMetric || shifts.length > 0;
    if (isAsked || !(error instanceof SenteiError) || error.code === 'cancelled') throw error;
    return undefined;
  }
}

/** No card can drop rows of another one. */
function takeOtherRows(cause: unknown): never {
  if (!(cause instanceof SenteiError) || cause.code !== 'invalid-data') throw cause;
  const hint = 'what calibrates must not judge: leave these rows out of the other data';
  throw new SenteiError(cause.code, cause.message, {
    ...(cause.subject !== undefined && { subject: cause.subject }),
    hint,
    cause,
  });
}

interface Shifting extends Pick<OpenCardOptions, 'model' | 'length' | 'signal'> {
  readonly dataset: Dataset;
  readonly card: OpenedCard;
}

/** Other data must not be what calibrated either. */
async function shiftData(shift: Shift, { dataset, card, ...options }: Shifting): Promise<Dataset> {
  switch (shift.kind) {
    case 'noise':
      return noise(dataset, { rate: shift.rate });
    case 'truncate':
      return truncate(dataset, { keep: shift.keep });
    case 'other': {
      const { heldout } = (await openCard(shift.path, options)).splits;
      await refuseOverlap({ ...card.splits, heldout }, shift.path, options.signal).catch(takeOtherRows);
      return heldout;
    }
  }
}
