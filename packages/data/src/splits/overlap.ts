import type { Split } from '@sentei/ir';
import { rowsOf } from '../dataset/row-dataset.ts';
import type { Dataset, Splits } from '../dataset/types.ts';
import { invalidData } from '../invalid-data.ts';
import { IndexList, pickRows } from './select.ts';

/** Pairs of rows that an error names. */
const NAMED = 3;

/** Later splits keep a row that several have: what judges is never made smaller. */
const PAIRS = [
  ['calibration', 'selection'],
  ['calibration', 'heldout'],
  ['selection', 'heldout'],
] as const satisfies readonly (readonly [Split, Split])[];

/**
 * Sees to it that no two splits have a row in common. Rows are read once and compared by 64 bits of their hash, in 16
 * bytes of memory a row: a million rows against a million others give a false alarm once in 18 million times.
 *
 * @throws SenteiError `invalid-data` naming splits, sources and the number of common rows
 */
export async function refuseOverlap(splits: Splits, subject: string, signal?: AbortSignal): Promise<void> {
  const keys = await keysOf(splits, signal);
  for (const [earlier, later] of PAIRS) {
    let count = 0;
    const first: number[] = [];
    for (const [index, key] of keys[earlier].ordered.entries()) {
      if (!has(keys[later].sorted, key)) continue;
      count++;
      if (first.length < NAMED) first.push(index);
    }
    if (count === 0) continue;
    const pairs = await namePairs(splits[earlier], splits[later], first, signal);
    const [rows, are] = count === 1 ? ['row', 'is'] : ['rows', 'are'];
    throw invalidData(
      subject,
      `${count} ${rows} of ${earlier} ${are} in ${later} too: ` +
        `${pairs.join(', ')}${count > pairs.length ? ', …' : ''}`,
      'what calibrates must not judge: remove them, or say "overlap": "drop" in the card to leave them out of the earlier',
    );
  }
}

/** Splits without common rows, and how many of each were dropped. */
export interface Dropped {
  readonly splits: Splits;
  readonly dropped: Readonly<Record<Split, number>>;
}

/** Leaves rows that a later split has too out of the earlier ones. */
export async function dropOverlap(splits: Splits, signal?: AbortSignal): Promise<Dropped> {
  const keys = await keysOf(splits, signal);
  const without = (split: Split, others: readonly Split[]): Dataset => {
    const list = new IndexList();
    for (const [index, key] of keys[split].ordered.entries()) {
      if (!others.some((other) => has(keys[other].sorted, key))) list.add(index);
    }
    const kept = list.toArray();
    return kept.length === splits[split].size ? splits[split] : pickRows(splits[split], kept);
  };
  const calibration = without('calibration', ['selection', 'heldout']);
  const selection = without('selection', ['heldout']);
  return {
    splits: { calibration, selection, heldout: splits.heldout },
    dropped: {
      calibration: splits.calibration.size - calibration.size,
      selection: splits.selection.size - selection.size,
      heldout: 0,
    },
  };
}

interface Keys {
  /** In the order of rows. */
  readonly ordered: BigUint64Array;
  readonly sorted: BigUint64Array;
}

async function keysOf(
  splits: Splits,
  signal: AbortSignal | undefined,
): Promise<Readonly<Record<Split, Keys>>> {
  const read = async (dataset: Dataset): Promise<Keys> => {
    const ordered = new BigUint64Array(dataset.size);
    let index = 0;
    for await (const { hash } of rowsOf(dataset, undefined, undefined, signal))
      ordered[index++] = keyOf(hash);
    return { ordered, sorted: ordered.slice().sort() };
  };
  return {
    calibration: await read(splits.calibration),
    selection: await read(splits.selection),
    heldout: await read(splits.heldout),
  };
}

function keyOf(hash: string): bigint {
  return BigInt(`0x${hash.slice(0, 16)}`);
}

function has(sorted: BigUint64Array, key: bigint): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0n) < key) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === key;
}

async function namePairs(
  earlier: Dataset,
  later: Dataset,
  indices: readonly number[],
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const named: { hash: string; source: string }[] = [];
  for (const index of indices) {
    for await (const { hash, source } of rowsOf(earlier, index, index + 1, signal))
      named.push({ hash, source });
  }
  const twins = await findSources(later, new Set(named.map(({ hash }) => hash)), signal);
  return named.map(({ hash, source }) => {
    const twin = twins.get(hash);
    return twin === source || twin === undefined ? source : `${source} = ${twin}`;
  });
}

async function findSources(
  dataset: Dataset,
  hashes: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const { hash, source } of rowsOf(dataset, undefined, undefined, signal)) {
    if (hashes.has(hash) && !found.has(hash)) found.set(hash, source);
    if (found.size === hashes.size) break;
  }
  return found;
}
