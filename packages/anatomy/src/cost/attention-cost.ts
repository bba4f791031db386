import type { CostRules, Operation } from './operation.ts';
import { SOFTMAX } from './pointwise-cost.ts';

/** Extents of one attention: scores are [batch, heads, queries, keys]. */
interface Extents {
  readonly batch: number;
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  /** Of a query and key, and of a value. */
  readonly keyWidth: number;
  readonly valueWidth: number;
  /** Whether something is added to the scores. */
  readonly isBiased: boolean;
}

/**
 * Scores, their scale, what is added to them, softmax, and the weighted sum of values. Scores that a mask or causality takes
 * away are counted, as kernels on the CPU compute them.
 */
function attend({ batch, heads, queries, keys, keyWidth, valueWidth, isBiased }: Extents): number {
  const scores = batch * heads * queries * keys;
  return scores * (2 * keyWidth + 1 + (isBiased ? 1 : 0) + SOFTMAX + 2 * valueWidth);
}

/** [batch, heads, length, width], or [batch, length, heads·width] with a number of heads. */
function readHeads(operation: Operation, index: number, heads: number | undefined) {
  const shape = operation.shape(index);
  const [batch = 1, second = 1, third = 1, fourth = 1] = shape;
  if (shape.length === 4) return { batch, heads: second, length: third, width: fourth };
  const count = heads ?? operation.fail('it does not say how many heads there are');
  return { batch, heads: count, length: second, width: third / count };
}

function attention(operation: Operation): number {
  const { node } = operation;
  const query = readHeads(operation, 0, node.int('q_num_heads'));
  const key = readHeads(operation, 1, node.int('kv_num_heads'));
  const value = readHeads(operation, 2, node.int('kv_num_heads'));
  const past = operation.has(4) ? (operation.shape(4)[2] ?? 0) : 0;
  return attend({
    batch: query.batch,
    heads: query.heads,
    queries: query.length,
    keys: key.length + past,
    keyWidth: query.width,
    valueWidth: value.width,
    isBiased: operation.has(3),
  });
}

function multiHeadAttention(operation: Operation): number {
  const heads = operation.node.int('num_heads');
  if (operation.shape(0).length !== 3) operation.fail('its operands are packed');
  const query = readHeads(operation, 0, heads);
  const key = readHeads(operation, 1, heads);
  const value = readHeads(operation, 2, heads);
  const past = operation.has(6) ? (operation.shape(6)[2] ?? 0) : 0;
  const bias = operation.has(3) ? operation.size(0) + operation.size(1) + operation.size(2) : 0;
  const extents = { batch: query.batch, heads: query.heads, queries: query.length, keys: key.length + past };
  const isBiased = operation.has(4) || operation.has(5);
  return bias + attend({ ...extents, keyWidth: query.width, valueWidth: value.width, isBiased });
}

/** Keys and values may come with the queries, and have fewer heads. */
function groupQueryAttention(operation: Operation): number {
  const [batch = 1, queries = 1, hidden = 1] = operation.shape(0);
  const heads = operation.node.int('num_heads') ?? operation.fail('it has no num_heads');
  const shared = operation.int('kv_num_heads', heads);
  const width = hidden / (operation.has(1) ? heads : heads + 2 * shared);
  const keys = operation.has(3) ? operation.integer(6) : queries;
  if (keys === undefined) operation.fail('the length of its cache is only known in a run');
  const rotated = operation.int('do_rotary', 0) === 1 ? batch * queries * (heads + shared) * width : 0;
  const extents = { batch, heads, queries, keys, keyWidth: width, valueWidth: width };
  return ROTATION * rotated + attend({ ...extents, isBiased: operation.has(10) });
}

/** Projects its input by [width, 3·hidden] weights first. */
function projectingAttention(operation: Operation): number {
  const [batch = 1, queries = 1, width = 1] = operation.shape(0);
  const columns = operation.shape(1)[1] ?? 1;
  const heads = operation.node.int('num_heads') ?? operation.fail('it has no num_heads');
  const sizes = operation.node.ints('qkv_hidden_sizes') ?? [columns / 3, columns / 3, columns / 3];
  const past = operation.has(4) ? (operation.shape(4)[3] ?? 0) : 0;
  const projection = batch * queries * columns * (2 * width + (operation.has(2) ? 1 : 0));
  const [keyWidth = 0, valueWidth = 0] = [(sizes[0] ?? 0) / heads, (sizes[2] ?? 0) / heads];
  const extents = { batch, heads, queries, keys: queries + past, keyWidth, valueWidth };
  return projection + attend({ ...extents, isBiased: operation.has(3) || operation.has(5) });
}

/** Two products and a sum for each element. */
const ROTATION = 3;

export const attentionCosts: CostRules = {
  Attention: attention,
  RotaryEmbedding: (operation) => ROTATION * operation.outputSize(),
};

/** The same of the `com.microsoft` domain. */
export const microsoftAttentionCosts: CostRules = {
  Attention: projectingAttention,
  GroupQueryAttention: groupQueryAttention,
  MultiHeadAttention: multiHeadAttention,
  RotaryEmbedding: (operation) => ROTATION * operation.outputSize(),
};
