import type { Dimension, Shape } from '../../graph/type.ts';
import { attributeType } from '../attribute-type.ts';
import { tensorFact } from '../fact.ts';
import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';
import { add, floorDivide, multiply, subtract } from '../symbols.ts';
import { likeFirst } from './elementwise.ts';

/** Queries, keys or values as [batch, heads, length, width], whichever layout they come in. */
interface Heads {
  readonly batch: Dimension;
  readonly heads: Dimension;
  readonly length: Dimension;
  readonly width: Dimension;
}

/** Splits a [batch, heads, length, width] or, with the number of heads, a [batch, length, heads·width] shape. */
export function readHeads(shape: Shape | undefined, heads: Dimension): Heads {
  const [batch = null, second = null, third = null, fourth = null] = shape ?? [];
  if (shape?.length === 4) return { batch, heads: second, length: third, width: fourth };
  return { batch, heads, length: second, width: floorDivide(third, heads ?? 0) };
}

function attention(context: RuleContext): Outputs {
  const [query, key, value] = [0, 1, 2].map((index) => context.shapeOfRank(index, 3, 4));
  const q = readHeads(query, context.int('q_num_heads') ?? null);
  const k = readHeads(key, context.int('kv_num_heads') ?? null);
  const v = readHeads(value, context.int('kv_num_heads') ?? null);
  const past = context.has(4) ? (context.shapeOfRank(4, 4, 4)?.[2] ?? null) : 0;
  const total = add(k.length, past);
  const elementType = context.elementType(0);
  const output =
    query?.length === 4
      ? [q.batch, q.heads, q.length, v.width]
      : [q.batch, q.length, multiply(q.heads, v.width)];
  return [
    tensorFact(elementType, query && output),
    tensorFact(context.elementType(1), key && [k.batch, k.heads, total, k.width]),
    tensorFact(context.elementType(2), value && [v.batch, v.heads, total, v.width]),
    tensorFact(elementType, query && key && [q.batch, q.heads, q.length, total]),
  ];
}

/** Recurrent attention over packed [batch, length, heads·width] operands, with a state [batch, heads, width, width]. */
function linearAttention(context: RuleContext): Outputs {
  const [query, key, value] = [0, 1, 2].map((index) => context.shapeOfRank(index, 3, 3));
  const heads = context.int('kv_num_heads') ?? null;
  const k = readHeads(key, heads);
  const v = readHeads(value, heads);
  const [batch = null, length = null] = query ?? [];
  const output = [batch, length, multiply(context.int('q_num_heads') ?? null, v.width)];
  const past = context.has(3) ? context.elementType(3) : context.elementType(0);
  return [
    tensorFact(context.elementType(0), output),
    tensorFact(past, [query ? batch : k.batch, heads, k.width, v.width]),
  ];
}

/** Depthwise convolution that carries the last columns of [batch, channels, length] to the next call. */
function causalConvolution(context: RuleContext): Outputs {
  const elementType = context.elementType(0);
  const shape = context.shapeOfRank(0, 3, 3);
  const weight = context.shapeOfRank(1, 3, 3);
  const carried = [shape?.[0] ?? null, shape?.[1] ?? weight?.[0] ?? null, subtract(weight?.[2] ?? null, 1)];
  return [tensorFact(elementType, shape), tensorFact(elementType, carried)];
}

/** The graphs that modify scores and probabilities see them as [batch, heads, length, length]. */
function flexAttention(context: RuleContext): Outputs {
  const [query, key, value] = [0, 1, 2].map((index) => context.shapeOfRank(index, 4, 4));
  const [batch = null, heads = null, length = null] = query ?? [];
  const elementType = context.elementType(0);
  const precise = attributeType(context, 'softmax_precision') ?? elementType;
  const scores = tensorFact(precise, [batch, heads, length, key?.[2] ?? null]);
  for (const name of ['score_mod', 'prob_mod']) {
    const graph = context.subgraph(name);
    if (graph !== undefined) context.inferGraph(graph, [scores]);
  }
  return [tensorFact(elementType, [batch, heads, length, value?.[3] ?? null])];
}

export const attentionRules: RuleFamily = {
  Attention: attention,
  CausalConvWithState: causalConvolution,
  LinearAttention: linearAttention,
  RotaryEmbedding: likeFirst,
  TensorScatter: likeFirst,
};

export const previewRules: RuleFamily = { FlexAttention: flexAttention };
