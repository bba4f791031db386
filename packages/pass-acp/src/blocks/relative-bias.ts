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
export function squareBias(b: GraphBuilder, bias: RelativeBias, rows: Value, keys: Value): Value {
  const past = b.op('Sub', [keys, rows]);
  const positions = b.op('Unsqueeze', [b.op('Add', [range(b, rows), past]), b.int64([1])]);
  const distances = b.op('Sub', [positions, range(b, keys)]);
  const isVisible = b.op('GreaterOrEqual', [distances, b.int64([0])]);
  const farthest = b.op('Sub', [bias.keys, b.int64([1])]);
  const behind = b.op('Min', [b.op('Max', [distances, b.int64([0])]), farthest]);
  const biases = b.op('Gather', [bias.byDistance, behind], { attributes: { axis: 1n } });
  return b.op('Where', [isVisible, biases, b.float32([MASKED], [])]);
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
    values: toeplitz(b, bias, width, rows, span),
    width,
    firstRows: b.op('Reshape', [b.op('Expand', [ofHeads, whole]), b.int64([-1, 1])]),
    rows,
  };
}

/**
 * Entry (r, p) of each head is the bias at distance r + width − p. A matrix of that kind is a vector repeated with a row
 * length of one less than its own, so that each row starts one entry earlier.
 */
function toeplitz(
  b: GraphBuilder,
  { byDistance, keys, heads }: RelativeBias,
  width: Value,
  rows: Value,
  span: Value,
): Value {
  const one = b.int64([1]);
  const vector = (...parts: Value[]) => b.op('Concat', parts, { attributes: { axis: 0n } });
  const slice = (value: Value, start: Value, end: Value, step = one) =>
    b.op('Slice', [value, start, end, one, step]);
  // Rows of padding may be further from a key than any row of the sequence is.
  const pads = vector(b.int64([0, 0, 0]), b.op('Sub', [span, keys]));
  const padded = b.op('Pad', [byDistance, pads], { attributes: { mode: 'edge' } });
  // The vector begins with entry (0, 0); what comes before it for later rows is at its end.
  const forFirst = slice(padded, width, b.int64([0]), b.int64([-1]));
  const length = b.op('Sub', [b.op('Add', [width, rows]), one]);
  const forLater = slice(padded, length, width, b.int64([-1]));
  const period = b.op('Concat', [forFirst, forLater], { attributes: { axis: 1n } });
  const repeated = b.op('Expand', [b.op('Unsqueeze', [period, one]), vector(b.int64([heads]), rows, length)]);
  const flat = b.op('Reshape', [repeated, b.int64([heads, -1])]);
  const columns = b.op('Sub', [length, one]);
  const shifted = slice(flat, b.int64([0]), b.op('Mul', [rows, columns]));
  return b.op('Reshape', [shifted, vector(b.int64([-1]), columns)]);
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
