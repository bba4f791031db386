import type { Split } from '@sentei/ir';
import { hashParts } from '../dataset/hashing.ts';
import { type RowDataset, rowsOf } from '../dataset/row-dataset.ts';
import type { Dataset, Splits } from '../dataset/types.ts';
import { IndexList, pickRows, sliceRows } from './select.ts';

/** The splits, in the order in which shares follow each other. */
export const SPLITS = ['calibration', 'selection', 'heldout'] as const satisfies readonly Split[];

/** The part of a whole that each split gets, each above 0, together 1 at most. */
export type Shares = Readonly<Record<Split, number>>;

/** A dataset whose neighbouring rows may have contents in common. */
export interface Divisible extends RowDataset {
  /** How many of the following rows a row shares contents with; 0 unless windows overlap. */
  readonly reach?: number | undefined;
}

/** Where the shares lie in a whole of 1, one after the other. */
export function boundsOf(shares: Shares): Readonly<Record<Split, readonly [number, number]>> {
  const first = shares.calibration;
  const second = first + shares.selection;
  return {
    calibration: [0, first],
    selection: [first, second],
    heldout: [second, Math.min(1, second + shares.heldout)],
  };
}

/**
 * The rows from share `from` to share `to` of a dataset. Where windows overlap, those that reach beyond the share are
 * left out, so that parts that do not overlap have nothing in common.
 */
export function partOf(dataset: Divisible, from: number, to: number): RowDataset {
  if (from === 0 && to === 1) return dataset;
  const first = Math.floor(dataset.size * from);
  const last = Math.floor(dataset.size * to);
  return sliceRows(dataset, first, last < dataset.size ? Math.max(first, last - (dataset.reach ?? 0)) : last);
}

/**
 * Divides rows by a hash of their contents and a seed: a row stays in its split when others are added, and equal rows
 * are in the same one. Takes 4 bytes of memory a row.
 */
export async function divideByHash(
  dataset: Dataset,
  shares: Shares,
  seed: number,
  signal?: AbortSignal,
): Promise<Splits> {
  const lists = { calibration: new IndexList(), selection: new IndexList(), heldout: new IndexList() };
  const bounds = boundsOf(shares);
  let index = 0;
  for await (const { hash } of rowsOf(dataset, 0, dataset.size, signal)) {
    const place = Number.parseInt(hashParts([`${seed}`, hash]).slice(0, 13), 16) / 2 ** 52;
    const split = SPLITS.find((each) => bounds[each][0] <= place && place < bounds[each][1]);
    if (split) lists[split].add(index);
    index++;
  }
  return {
    calibration: pickRows(dataset, lists.calibration.toArray()),
    selection: pickRows(dataset, lists.selection.toArray()),
    heldout: pickRows(dataset, lists.heldout.toArray()),
  };
}
