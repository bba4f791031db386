import { type GraphBuilder, Tensor, type Value } from '@sentei/ir';
import type { RelativeDecay } from '../matching/decaying-attention.ts';
import type { ChosenBlocks } from './choose-keys.ts';
import { MASKED } from './plan-blocks.ts';

/** A bias that is read from a table by distance, beside the product of queries and keys. */
export interface RelativeBias {
  /** float32 [heads, keys] */
  readonly byDistance: Value;
  /** int64 [1] */
  readonly keys: Value;
  readonly heads: number;
}

/** Emits the table of a bias, for distances up to those of so many keys. */
export function relativeBias(b: GraphBuilder, decay: RelativeDecay, keys: Value): RelativeBias {
  return { byDistance: decay.table(b, keys), keys, heads: decay.samples.length };
}

/** Emits the bias of the last `rows` of so many keys to all of them, causal: [heads, rows, keys]. Both int64 [1]. */
export function squareBias(
  b: GraphBuilder,
  { byDistance, heads }: RelativeBias,
  rows: Value,
  keys: Value,
): Value {
  const past = b.op('Sub', [keys, rows]);
  const after = b.op(
    'ConstantOfShape',
    [b.op('Concat', [b.int64([heads]), rows], { attributes: { axis: 0n } })],
    {
      attributes: { value: Tensor.floats([MASKED]) },
    },
  );
  const matrix = toeplitz(b, heads, rows, {
    first: b.op('Concat', [backwards(b, byDistance, past), after], {
      attributes: { axis: 1n },
    }),
    later: backwards(b, byDistance, lastOf(b, past, rows), past),
  });
  return b.op('Slice', [matrix, b.int64([0]), keys, b.int64([2])]);
}

/**
 * Emits the largest bias between the rows of a block and the keys of a tile before it, or a little more:
 * [batch · heads, blocks, tiles], the blocks from the first one that is scanned on. It is the largest of a range of
 * distances, so the bias need not fall with every step.
 *
 * @param tiles int64 [1]
 * @param mostRows the most rows that a block has
 */
export function largestByTile(
  b: GraphBuilder,
  { byDistance, keys, heads }: RelativeBias,
  { groups, count, rows, origin, first }: ChosenBlocks,
  tiles: Value,
  { tile, mostRows }: { readonly tile: number; readonly mostRows: number },
): Value {
  const one = b.int64([1]);
  const end = b.int64([Number.MAX_SAFE_INTEGER]);
  const concat = (axis: bigint, ...parts: Value[]) => b.op('Concat', parts, { attributes: { axis } });
  // Each step doubles the number of distances that an entry is the largest of.
  let largest = byDistance;
  for (let covered = 1; covered < mostRows + tile; covered *= 2) {
    const pads = b.int64([0, 0, 0, covered]);
    const longer = b.op('Pad', [largest, pads], { attributes: { mode: 'edge' } });
    largest = b.op('Max', [largest, b.op('Slice', [longer, b.int64([covered]), end, one])]);
  }
  const scanned = b.op('Add', [range(b, b.op('Sub', [count, b.int64([first])])), b.int64([first])]);
  const firstRows = b.op('Add', [b.op('Mul', [scanned, rows]), origin]);
  const lastKeys = b.op('Add', [b.op('Mul', [range(b, tiles), b.int64([tile])]), b.int64([tile - 1])]);
  const apart = b.op('Sub', [b.op('Unsqueeze', [firstRows, one]), lastKeys]);
  const known = b.op('Min', [b.op('Max', [apart, b.int64([0])]), b.op('Sub', [keys, one])]);
  const ofHeads = b.op('Gather', [largest, known], { attributes: { axis: 1n } });
  const batch = b.op('Div', [groups, b.int64([heads])]);
  const repeated = b.op('Expand', [
    b.op('Unsqueeze', [ofHeads, b.int64([0])]),
    concat(0n, batch, b.int64([1, 1, 1])),
  ]);
  const blocks = b.op('Sub', [count, b.int64([first])]);
  return b.op('Reshape', [repeated, concat(0n, groups, blocks, tiles)]);
}

/** The bias of blocks to the keys before them, of which every block reads its part. */
export interface Slab {
  /**
   * [heads · rows, columns]: the column before `width` belongs to the key just before the block, the one before that to the
   * key before, and so on. Blocks differ only in how many of these columns they need.
   */
  readonly values: Value;
  /** int64 [1] */
  readonly width: Value;
  /** int64 [n, 1]: the row of the slab that is the first of a block. */
  readonly firstRows: Value;
  /** int64 [1] */
  readonly rows: Value;
}

/** Emits the slab for blocks whose keys have been chosen; it is as wide as the most keys that a block visits. */
export function slabOf(
  b: GraphBuilder,
  bias: RelativeBias,
  { groups, count, rows, span, first }: ChosenBlocks,
  chosen: { readonly starts: Value; readonly ends: Value },
): Slab {
  const one = b.int64([1]);
  const visited = b.op('Sub', [chosen.ends, chosen.starts]);
  const width = b.op('Reshape', [b.op('ReduceMax', [visited], { attributes: { keepdims: 0n } }), one]);
  const batch = b.op('Div', [groups, b.int64([bias.heads])]);
  const ofHeads = b.op('Unsqueeze', [b.op('Mul', [range(b, b.int64([bias.heads])), rows]), one]);
  const blocks = b.op('Sub', [count, b.int64([first])]);
  const whole = b.op('Concat', [batch, b.int64([bias.heads]), blocks], { attributes: { axis: 0n } });
  return {
    values: b.op('Flatten', [slabValues(b, bias, width, rows, span)], { attributes: { axis: 2n } }),
    width,
    firstRows: b.op('Reshape', [b.op('Expand', [ofHeads, whole]), b.int64([-1, 1])]),
    rows,
  };
}

/** [heads, rows, columns]: entry (r, p) is the bias at distance r + width − p. */
function slabValues(b: GraphBuilder, bias: RelativeBias, width: Value, rows: Value, span: Value): Value {
  // Rows of padding may be further from a key than any row of the sequence is.
  const pads = b.op('Concat', [b.int64([0, 0, 0]), b.op('Sub', [span, bias.keys])], {
    attributes: { axis: 0n },
  });
  const padded = b.op('Pad', [bias.byDistance, pads], { attributes: { mode: 'edge' } });
  return toeplitz(b, bias.heads, rows, {
    // One column more than there are keys, so that a block of one row has as many columns as keys.
    first: backwards(b, padded, width),
    later: backwards(b, padded, lastOf(b, width, rows), width),
  });
}

/** Entries `from`, `from` − 1, … as far as, but without, `to`; all the way to the first where that is left out. */
function backwards(b: GraphBuilder, byDistance: Value, from: Value, to?: Value): Value {
  const end = to ?? b.int64([Number.MIN_SAFE_INTEGER]);
  return b.op('Slice', [byDistance, from, end, b.int64([1]), b.int64([-1])]);
}

/** first + rows − 1 */
function lastOf(b: GraphBuilder, first: Value, rows: Value): Value {
  return b.op('Sub', [b.op('Add', [first, rows]), b.int64([1])]);
}

/**
 * A matrix of each head, [heads, rows, columns], whose entries depend on row and column through their difference alone. That
 * is a vector repeated with a row length of one less than its own: each row starts one entry earlier.
 *
 * @param vector the first row, and what comes before it in the rows that follow, the last row's first entry first
 */
function toeplitz(
  b: GraphBuilder,
  heads: number,
  rows: Value,
  vector: { readonly first: Value; readonly later: Value },
): Value {
  const one = b.int64([1]);
  const concat = (...parts: Value[]) => b.op('Concat', parts, { attributes: { axis: 0n } });
  const period = b.op('Concat', [vector.first, vector.later], { attributes: { axis: 1n } });
  const length = b.op('Slice', [b.op('Shape', [period]), one, b.int64([2])]);
  const repeated = b.op('Expand', [b.op('Unsqueeze', [period, one]), concat(b.int64([heads]), rows, length)]);
  const columns = b.op('Sub', [length, one]);
  const needed = b.op('Mul', [rows, columns]);
  const shifted = b.op('Slice', [
    b.op('Reshape', [repeated, b.int64([heads, -1])]),
    b.int64([0]),
    needed,
    one,
  ]);
  return b.op('Reshape', [shifted, concat(b.int64([heads]), rows, columns)]);
}

/** Emits a block's part of the slab in the body of a Scan: [rows, keys it visits]. */
export function partOfSlab(b: GraphBuilder, slab: Slab, firstRow: Value, start: Value, end: Value): Value {
  const vector = (...parts: Value[]) => b.op('Concat', parts, { attributes: { axis: 0n } });
  const firstColumn = b.op('Sub', [slab.width, b.op('Sub', [end, start])]);
  return b.op('Slice', [
    slab.values,
    vector(firstRow, firstColumn),
    vector(b.op('Add', [firstRow, slab.rows]), slab.width),
    b.int64([0, 1]),
  ]);
}

function range(b: GraphBuilder, count: Value): Value {
  const scalar = (x: number) => b.constant(Tensor.int64([x], []));
  return b.op('Range', [scalar(0), b.op('Squeeze', [count, b.int64([0])]), scalar(1)]);
}
