import { basename, extname } from 'node:path';
import type { Split } from '@sentei/ir';
import { hashParts } from '../dataset/hashing.ts';
import type { Splits } from '../dataset/types.ts';
import { invalidData } from '../invalid-data.ts';
import { boundsOf, type Divisible, divideByHash, partOf, SPLITS } from '../splits/divide.ts';
import { dropOverlap, refuseOverlap } from '../splits/overlap.ts';
import type { OpenPlace } from './context.ts';
import type { ModelInput } from './model-input.ts';
import { prepareSource } from './open-source.ts';
import { placeBeside, readCard } from './read-card.ts';
import { type Card, type CardSource, cardSchema } from './schema.ts';

/** What a card is opened for. */
export interface OpenCardOptions {
  /**
   * The inputs that the data has to feed; without them the card has to name inputs, and nothing is checked against a
   * model.
   */
  readonly model?: readonly ModelInput[] | undefined;
  /** Bytes of a window of a raw text file; 1,024 by default. */
  readonly length?: number | undefined;
  /** Another raw text file to judge on, where `path` is one. */
  readonly heldout?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A card's data, divided and compared. */
export interface OpenedCard {
  readonly path: string;
  /** The card's name, or its file's. */
  readonly name: string;
  readonly kind: CardSource['kind'];
  /** Of the three splits. */
  readonly fingerprint: string;
  readonly splits: Splits;
  /** The metric that the card names. */
  readonly metric?: string | undefined;
  /** Rows of a batch; 1 where the card does not say. */
  readonly batch: number;
  /** Rows left out of each split because a later one has them. */
  readonly dropped: Readonly<Record<Split, number>>;
}

/** Files that are no text, for which a card has to be written. */
const NEEDS_CARD = [
  '.npy',
  '.npz',
  '.png',
  '.jpg',
  '.jpeg',
  '.webp',
  '.gif',
  '.tiff',
  '.onnx',
  '.zip',
  '.gz',
];

/**
 * Opens a dataset card (a `.json` file), or a raw text file as a card of its bytes: the first quarter calibrates, the
 * second selects, the second half judges.
 *
 * @throws SenteiError `invalid-data` naming card, file or row: what the card says cannot be done, files that cannot be
 *   read, a split without rows, rows that two splits have
 */
export async function openCard(path: string, options: OpenCardOptions = {}): Promise<OpenedCard> {
  const { model, signal, heldout } = options;
  const isCard = extname(path).toLowerCase() === '.json';
  if (isCard && heldout !== undefined) {
    throw invalidData(heldout, 'is given beside a card', 'the card says what is held out');
  }
  const card = isCard ? await readCard(path) : rawCard(path, options);
  const open = await prepareSource({ card, subject: path, inputs: card.inputs, model, signal });
  const find = isCard ? (named: string) => placeBeside(path, named) : async (named: string) => named;
  const divided = await divide(card, path, open, find, signal);
  refuseEmpty(divided, path);
  const { splits, dropped } =
    card.overlap === 'drop'
      ? await dropOverlap(divided, signal)
      : { splits: divided, dropped: { calibration: 0, selection: 0, heldout: 0 } };
  if (card.overlap === 'stop') await refuseOverlap(divided, path, signal);
  refuseEmpty(splits, path);
  return {
    path,
    name: card.name ?? basename(path),
    kind: card.source.kind,
    fingerprint: hashParts(SPLITS.map((split) => splits[split].fingerprint)),
    splits,
    metric: card.metric,
    batch: card.batch?.size ?? 1,
    dropped,
  };
}

function rawCard(path: string, { length, heldout }: OpenCardOptions): Card {
  if (NEEDS_CARD.includes(extname(path).toLowerCase())) {
    throw invalidData(path, 'is no text file', 'write a dataset card (JSON) that says how to read it');
  }
  const splits = heldout !== undefined && {
    calibration: { path, part: [0, 0.5] },
    selection: { path, part: [0.5, 1] },
    heldout: { path: heldout },
  };
  return cardSchema.parse({
    version: 1,
    source: { kind: 'bytes', path, ...(length !== undefined && { length }) },
    ...(splits && { splits }),
  });
}

/** The splits as the card says, not yet compared. */
async function divide(
  card: Card,
  subject: string,
  open: OpenPlace,
  find: (named: string) => Promise<string>,
  signal: AbortSignal | undefined,
): Promise<Splits> {
  const { source, splits } = card;
  const opened = new Map<string, Promise<Divisible>>();
  const part = async (named: string | undefined, from: number, to: number): Promise<Divisible> => {
    if (named === undefined) throw invalidData(subject, 'source.path: say where the data is');
    const place = await find(named);
    // Bytes are cut before they become windows, everything else by rows.
    if (source.kind === 'bytes') return open(place, from, to);
    const whole = opened.get(place) ?? open(place, 0, 1);
    opened.set(place, whole);
    return partOf(await whole, from, to);
  };
  if (!('shares' in splits)) {
    const each = (split: Split) => part(splits[split].path ?? source.path, ...splits[split].part);
    return {
      calibration: await each('calibration'),
      selection: await each('selection'),
      heldout: await each('heldout'),
    };
  }
  if (splits.by === 'range') {
    const bounds = boundsOf(splits.shares);
    return {
      calibration: await part(source.path, ...bounds.calibration),
      selection: await part(source.path, ...bounds.selection),
      heldout: await part(source.path, ...bounds.heldout),
    };
  }
  const whole = await part(source.path, 0, 1);
  if ((whole.reach ?? 0) > 0) {
    throw invalidData(
      subject,
      'splits.by: windows that overlap cannot be divided by hash',
      'make source.stride as long as windows are, or divide by range',
    );
  }
  return divideByHash(whole, splits.shares, splits.seed, signal);
}

function refuseEmpty(splits: Splits, subject: string): void {
  const empty = SPLITS.find((split) => splits[split].size === 0);
  if (empty === undefined) return;
  throw invalidData(subject, `empty set: no rows are left for ${empty}`, 'give more data, or other shares');
}
