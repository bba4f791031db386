import { firstKeys, type HeadDecay, type HeadScores } from './first-keys.ts';
import type { DecayTap } from './tap-decays.ts';

/** A tensor as any runtime returns it. */
export interface Numbers {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number>;
}

/** Query rows and keys of a tile. */
export interface TileGrid {
  readonly rows: number;
  readonly keys: number;
}

/** What a head does at one length. */
export interface ReachAtLength {
  readonly length: number;
  /** Share of the tiles on and below the diagonal that nothing needs, from 0 to 1. */
  readonly skipped: number;
  /** Products of queries and keys in the tiles that are left, as a share of length². */
  readonly work: number;
  /** The same if every row saw its own tile alone: what no reach could do with less of. */
  readonly leastWork: number;
}

/** How far back a head looks. */
export interface HeadReach {
  readonly attention: number;
  readonly head: number;
  /** No score exceeds it: U from the weights, or what the longest query and the longest key that were seen could come to. */
  readonly scoreBound: number;
  /** Positions after which a mean gate has forgotten half; `Infinity` when it forgets nothing, `null` without gates. */
  readonly halfLife: number | null;
  /** Keys before a row that may matter, over all rows at the longest length. */
  readonly span: { readonly median: number; readonly most90: number; readonly most: number };
  /**
   * `local`: the median span is below a tenth of the length; `global`: above two fifths, where without any decay it is a half;
   * `medium` between.
   */
  readonly kind: 'local' | 'medium' | 'global';
  /** By length, shortest first. */
  readonly lengths: readonly ReachAtLength[];
}

/** Tiles of the authors' kernel on an H100 with heads of 64 channels. */
export const DEFAULT_GRID: TileGrid = { rows: 128, keys: 64 };

/** Keys that spans are exact to. */
const FINEST = 16;

const LOCAL = 0.1;
const GLOBAL = 0.4;

interface Sums {
  readonly spans: Float64Array;
  gates: number;
  gateSum: number;
  scoreBound: number;
  readonly lengths: {
    length: number;
    skipped: number;
    tiles: number;
    work: number;
    least: number;
    all: number;
  }[];
}

/**
 * Gathers the reach of every head from what the outputs of `tapDecays` hold, sequence by sequence. A shorter length is the
 * start of a longer sequence: attention is causal, so its gates are the same.
 */
export class ReachCounter {
  readonly #taps: readonly DecayTap[];
  readonly #epsilon: number;
  readonly #lengths: readonly number[];
  readonly #grid: TileGrid;
  readonly #heads = new Map<string, Sums>();
  #sequences = 0;

  /** @param lengths to count at, where sequences are as long; the longest of them also tells the spans */
  constructor(
    taps: readonly DecayTap[],
    {
      epsilon,
      lengths,
      grid = DEFAULT_GRID,
    }: { epsilon: number; lengths: readonly number[]; grid?: TileGrid },
  ) {
    this.#taps = taps;
    this.#epsilon = epsilon;
    this.#lengths = [...lengths].sort((a, b) => a - b);
    this.#grid = grid;
  }

  /** Sequences that were counted. */
  get sequences(): number {
    return this.#sequences;
  }

  /**
   * Adds what one run returned.
   *
   * @param outputs by name
   * @throws RangeError when an output is missing or of another rank
   */
  add(outputs: Readonly<Record<string, Numbers>>): void {
    let sequences = 0;
    for (const tap of this.#taps) sequences = Math.max(sequences, this.#addTap(tap, outputs));
    this.#sequences += sequences;
  }

  /** By attention and head, in order. */
  result(): HeadReach[] {
    return this.#taps.flatMap(({ attention, kind, heads }) =>
      Array.from({ length: heads }, (_, head) => ({ attention, kind, head })).flatMap(({ head }) => {
        const sums = this.#heads.get(`${attention} ${head}`);
        return sums === undefined ? [] : [summarize(attention, head, kind === 'gates', sums)];
      }),
    );
  }

  #addTap(tap: DecayTap, outputs: Readonly<Record<string, Numbers>>): number {
    const tensor = (name: string, rank: number) => {
      const found = outputs[name];
      if (found?.dims.length === rank) return found;
      throw new RangeError(`output '${name}' is ${found ? `of rank ${found.dims.length}` : 'missing'}`);
    };
    const gates = tap.logGates === undefined ? undefined : tensor(tap.logGates, 3);
    const table = tap.table === undefined ? undefined : tensor(tap.table, 2);
    const [queries, keys] = [tensor(tap.squaredNorms.query, 3), tensor(tap.squaredNorms.key, 3)];
    const own = tap.own === undefined ? undefined : tensor(tap.own, 3);
    const [batch = 0, , longest = 0] = queries.dims;
    for (let item = 0; item < batch; item += 1) {
      for (let head = 0; head < tap.heads; head += 1) {
        const row = (found: Numbers) => rowOf(found, item, head, tap.heads);
        const decay: HeadDecay = gates
          ? { kind: 'gates', logGates: row(gates) }
          : table
            ? { kind: 'relative', table: rowOf({ ...table, dims: [1, ...table.dims] }, 0, head, tap.heads) }
            : { kind: 'slopes', slope: tap.slopes?.[head] ?? 0 };
        const facts: HeadScores = {
          queries: row(queries).map((square) => Math.abs(tap.scale) * Math.sqrt(square)),
          keys: row(keys).map(Math.sqrt),
          own: own && row(own).map((product) => tap.scale * product),
          bound: tap.scoreBound,
        };
        this.#addHead(`${tap.attention} ${head}`, decay, facts, longest);
      }
    }
    return batch;
  }

  #addHead(key: string, decay: HeadDecay, facts: HeadScores, longest: number): void {
    const most = this.#lengths.at(-1) ?? 0;
    const sums = this.#heads.get(key) ?? {
      spans: new Float64Array(most + 1),
      gates: 0,
      gateSum: 0,
      scoreBound: 0,
      lengths: this.#lengths.map((length) => ({ length, skipped: 0, tiles: 0, work: 0, least: 0, all: 0 })),
    };
    this.#heads.set(key, sums);
    const counted = sums.lengths.filter(({ length }) => length <= longest);
    const length = counted.at(-1)?.length ?? 0;
    const budget = { epsilon: this.#epsilon, tile: Math.min(FINEST, this.#grid.keys) };
    // What matters to a row does not depend on what comes after it.
    const first = firstKeys(decay, facts, length, budget);
    for (const at of counted) {
      const tiles = countTiles(first.subarray(0, at.length), this.#grid);
      at.skipped += tiles.skipped;
      at.tiles += tiles.all;
      at.work += tiles.work;
      at.least += tiles.least;
      at.all += at.length ** 2;
    }
    sums.scoreBound = Math.max(sums.scoreBound, facts.bound ?? largest(facts.queries) * largest(facts.keys));
    if (length !== most) return;
    for (const [row, start] of first.entries()) sums.spans[row - start] = (sums.spans[row - start] ?? 0) + 1;
    if (decay.kind !== 'gates') return;
    for (let row = 0; row < length; row += 1) sums.gateSum += decay.logGates[row] ?? 0;
    sums.gates += length;
  }
}

/** Tiles of one sequence, and the products in them. A tile is skipped when no row of the block keeps any key of it. */
function countTiles(first: Int32Array, { rows, keys }: TileGrid) {
  const counts = { skipped: 0, all: 0, work: 0, least: 0 };
  for (let top = 0; top < first.length; top += rows) {
    const last = Math.min(top + rows, first.length) - 1;
    let kept = top;
    for (let row = top; row <= last; row += 1) kept = Math.min(kept, first[row] ?? 0);
    const skipped = Math.floor(kept / keys);
    const own = Math.floor(top / keys);
    const all = Math.floor(last / keys) + 1;
    const keysUpTo = Math.min(all * keys, first.length);
    counts.skipped += skipped;
    counts.all += all;
    counts.work += (last - top + 1) * (keysUpTo - skipped * keys);
    counts.least += (last - top + 1) * (keysUpTo - own * keys);
  }
  return counts;
}

function rowOf({ dims, data }: Numbers, item: number, head: number, heads: number): Float64Array {
  const [, groups = 1, length = 0] = dims;
  const from = (item * groups + Math.floor((head * groups) / heads)) * length;
  return Float64Array.from({ length }, (_, index) => data[from + index] ?? 0);
}

function largest(row: ArrayLike<number>): number {
  let most = 0;
  for (let index = 0; index < row.length; index += 1) most = Math.max(most, row[index] ?? 0);
  return most;
}

function summarize(attention: number, head: number, hasGates: boolean, sums: Sums): HeadReach {
  const counted = sums.lengths.filter(({ all }) => all > 0);
  const length = counted.at(-1)?.length ?? 0;
  const median = quantile(sums.spans, 0.5);
  return {
    attention,
    head,
    scoreBound: sums.scoreBound,
    halfLife: hasGates ? Math.LN2 / Math.abs(sums.gateSum / sums.gates) : null,
    span: { median, most90: quantile(sums.spans, 0.9), most: quantile(sums.spans, 1) },
    kind: median < LOCAL * length ? 'local' : median < GLOBAL * length ? 'medium' : 'global',
    lengths: counted.map((at) => ({
      length: at.length,
      skipped: at.skipped / at.tiles,
      work: at.work / at.all,
      leastWork: at.least / at.all,
    })),
  };
}

/** Of numbers that are told by how often each occurs. */
function quantile(counts: Float64Array, share: number): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let before = 0;
  for (const [value, count] of counts.entries()) {
    before += count;
    if (count > 0 && before >= share * total) return value;
  }
  return 0;
}
