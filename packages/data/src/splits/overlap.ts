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
 * Sees to it that no two splits have a row in common. Rows are compared by 64 bits of their hash, in 8 bytes of memory a row: a
 * million rows against a million others give a false alarm once in 18 million times.
 *
 * @throws SenteiError `invalid-data` naming splits, sources and the number of common rows
 */
export async function refuseOverlap(splits: Splits, subject: string, signal?: AbortSignal): Promise<void> {
  const keys = await keysOf(splits, signal);
  for (const [earlier, later] of PAIRS) {
    let count = 0;
    const named: { hash: string; source: string }[] = [];
    for await (const { hash, source } of rowsOf(splits[earlier], undefined, undefined, signal)) {
      if (!has(keys[later], keyOf(hash))) continue;
      count++;
      if (named.length < NAMED) named.push({ hash, source });
    }
    if (count === 0) continue;
    const twins = await findSources(splits[later], new Set(named.map(({ hash }) => hash)), signal);
    const pairs = named.map(({ hash, source }) => {
      const twin = twins.get(hash);
      return twin === source || twin === undefined ? source : `${source} = ${twin}`;
    });
    throw invalidData(
      subject,
      `${count} ${count === 1 ? 'row' : 'rows'} of ${earlier} ${count === 1 ? 'is' : 'are'} in ${later} too: ` +
        `${pairs.join(', ')}${count > named.length ? ', …' : ''}`,
      'what calibrates must not judge: remove them, or say "overlap": "drop" in the card to leave them out of all but the last',
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
  const without = async (split: Split, others: readonly BigUint64Array[]): Promise<Dataset> => {
    const list = new IndexList();
    let index = 0;
    for await (const { hash } of rowsOf(splits[split], undefined, undefined, signal)) {
      const key = keyOf(hash);
      if (!others.some((other) => has(other, key))) list.add(index);
      index++;
    }
    const kept = list.toArray();
    return kept.length === splits[split].size ? splits[split] : pickRows(splits[split], kept);
  };
  const calibration = await without('calibration', [keys.selection, keys.heldout]);
  const selection = await without('selection', [keys.heldout]);
  return {
    splits: { calibration, selection, heldout: splits.heldout },
    dropped: {
      calibration: splits.calibration.size - calibration.size,
      selection: splits.selection.size - selection.size,
      heldout: 0,
    },
  };
}

/** Sorted keys of the splits that others are compared with. */
async function keysOf(
  { selection, heldout }: Splits,
  signal: AbortSignal | undefined,
): Promise<{ selection: BigUint64Array; heldout: BigUint64Array }> {
  return { selection: await sortedKeys(selection, signal), heldout: await sortedKeys(heldout, signal) };
}

async function sortedKeys(dataset: Dataset, signal: AbortSignal | undefined): Promise<BigUint64Array> {
  const keys = new BigUint64Array(dataset.size);
  let index = 0;
  for await (const { hash } of rowsOf(dataset, undefined, undefined, signal)) keys[index++] = keyOf(hash);
  return keys.sort();
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
