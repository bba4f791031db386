import { type GraphBuilder, Tensor, type Value } from '@sentei/ir';
import type { RelativeDecay } from '../matching/decaying-attention.ts';
import { type BlockPlan, MASKED } from './plan-blocks.ts';

/**
 * Emits the bias less that of the row's own key, so that it is 0 there: float32 [heads, L], by distance. That takes nothing
 * from the softmax, and thresholds are counted from the own key.
 */
export function biasByDistance(b: GraphBuilder, decay: RelativeDecay, plan: BlockPlan): Value {
  const table = decay.table(b, plan.length);
  return b.op('Sub', [table, b.op('Slice', [table, b.int64([0]), b.int64([1]), b.int64([1])])]);
}

/** Emits the bias of `count` rows to as many keys that begin with the first row's own, causal: [heads, count, count]. */
export function diagonalBias(b: GraphBuilder, byDistance: Value, count: Value): Value {
  const positions = range(b, count);
  const distances = b.op('Sub', [b.op('Unsqueeze', [positions, b.int64([1])]), positions]);
  const visible = b.op('GreaterOrEqual', [distances, b.int64([0])]);
  const behind = b.op('Max', [distances, b.int64([0])]);
  const biases = b.op('Gather', [byDistance, behind], { attributes: { axis: 1n } });
  return b.op('Where', [visible, biases, b.float32([MASKED], [])]);
}

/**
 * Emits how many keys before a row each head reaches: the largest distance whose bias is not below the threshold. What lies
 * further back is below it all the way, whether the bias falls steadily or not. int64 [heads, 1].
 *
 * @param limit δ, float32 [1]
 */
function reachOf(b: GraphBuilder, byDistance: Value, limit: Value): Value {
  const isReached = b.op('Not', [b.op('Less', [byDistance, limit])]);
  return b.op('ArgMax', [b.op('Cast', [isReached], { attributes: { to: 1n } })], {
    attributes: { axis: 1n, keepdims: 1n, select_last_index: 1n },
  });
}

/**
 * Emits the bias of a block of rows to the keys before it: [heads · rows, columns], of whose columns the one before `width`
 * belongs to the key just before the block, the one before that to the key before, and so on. Blocks differ only in how
 * many of these columns they need, so all read one and the same slab.
 *
 * A Toeplitz matrix is a vector repeated with a row length of one less than its own: each row starts one entry earlier.
 *
 * @param width int64 [1]: number of keys before a block that any head reaches, at least 1
 */
function slabBeforeBlocks(b: GraphBuilder, byDistance: Value, plan: BlockPlan, width: Value): Value {
  const one = b.int64([1]);
  const vector = (...parts: Value[]) => b.op('Concat', parts, { attributes: { axis: 0n } });
  const concat = (...parts: Value[]) => b.op('Concat', parts, { attributes: { axis: 1n } });
  const slice = (value: Value, start: Value, end: Value, step = one) =>
    b.op('Slice', [value, start, end, one, step]);
  // Rows of padding may be further from a key than any row of the sequence is.
  const pads = vector(b.int64([0, 0, 0]), plan.padding);
  const padded = b.op('Pad', [byDistance, pads], { attributes: { mode: 'edge' } });
  // Entry (r, p) is the bias at distance r + width − p. Turned round and rotated by rows − 1, entry 0 is that of (0, 0).
  const forRow = slice(padded, width, b.int64([0]), b.int64([-1]));
  const last = b.op('Add', [width, plan.rows]);
  const forLater = slice(padded, b.op('Sub', [last, one]), width, b.int64([-1]));
  const period = concat(forRow, forLater);
  const length = b.op('Sub', [last, one]);
  const heads = b.op('Slice', [b.op('Shape', [byDistance]), b.int64([0]), one]);
  const repeated = b.op('Expand', [b.op('Unsqueeze', [period, one]), vector(heads, plan.rows, length)]);
  const flat = b.op('Reshape', [repeated, vector(heads, b.int64([-1]))]);
  const columns = b.op('Sub', [length, one]);
  const shifted = slice(flat, b.int64([0]), b.op('Mul', [plan.rows, columns]));
  return b.op('Reshape', [shifted, vector(b.int64([-1]), columns)]);
}

/** The bias of later blocks to the keys before them, see `slabBeforeBlocks`. */
export interface Slab {
  readonly values: Value;
  readonly width: Value;
  /** int64 [n, 1]: the row of the slab that is the first of a block. */
  readonly firstRows: Value;
  /** int64 [1] */
  readonly rows: Value;
}

/**
 * Emits, for every block but the first of its group, the rows of the flattened keys to visit: as many before the block as its
 * head reaches from its first row, at least one. Each int64 [n, 1], beside the slab that all of them read.
 *
 * @param batch int64 [1]
 * @param limit δ, float32 [1]
 */
export function reachedRanges(
  b: GraphBuilder,
  byDistance: Value,
  plan: BlockPlan,
  batch: Value,
  limit: Value,
): { starts: Value; ends: Value; slab: Slab } {
  const one = b.int64([1]);
  const vector = (...parts: Value[]) => b.op('Concat', parts, { attributes: { axis: 0n } });
  const reach = reachOf(b, byDistance, limit);
  const heads = b.op('Slice', [b.op('Shape', [byDistance]), b.int64([0]), one]);
  const blockStarts = b.op('Mul', [b.op('Add', [range(b, b.op('Sub', [plan.count, one])), one]), plan.rows]);
  const latest = b.op('Sub', [blockStarts, one]);
  const first = b.op('Max', [b.op('Min', [b.op('Sub', [blockStarts, reach]), latest]), b.int64([0])]);
  const visited = b.op('Sub', [blockStarts, first]);
  const width = b.op('Reshape', [b.op('ReduceMax', [visited], { attributes: { keepdims: 0n } }), one]);
  const numbered = (count: Value, step: Value) => b.op('Mul', [range(b, count), step]);
  // [batch, heads, blocks]: where the keys of a sequence and head begin among all.
  const ofHead = b.op('Unsqueeze', [numbered(heads, plan.paddedLength), one]);
  const ofSequence = b.op('Unsqueeze', [
    numbered(batch, b.op('Mul', [heads, plan.paddedLength])),
    b.int64([1, 2]),
  ]);
  const bases = b.op('Add', [ofSequence, ofHead]);
  const flat = (value: Value) => b.op('Reshape', [value, b.int64([-1, 1])]);
  const rowsOfHead = b.op('Unsqueeze', [numbered(heads, plan.rows), one]);
  const whole = vector(batch, heads, b.op('Sub', [plan.count, one]));
  return {
    starts: flat(b.op('Add', [bases, first])),
    ends: flat(b.op('Add', [bases, blockStarts])),
    slab: {
      values: slabBeforeBlocks(b, byDistance, plan, width),
      width,
      firstRows: flat(b.op('Expand', [rowsOfHead, whole])),
      rows: plan.rows,
    },
  };
}

function range(b: GraphBuilder, count: Value): Value {
  return b.op('Range', [scalar(b, 0), b.op('Squeeze', [count, b.int64([0])]), scalar(b, 1)]);
}

function scalar(b: GraphBuilder, x: number): Value {
  return b.constant(Tensor.int64([x], []));
}
