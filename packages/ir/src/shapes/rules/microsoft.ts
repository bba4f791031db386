import type { Dimension, Shape } from '../../graph/type.ts';
import { tensorFact } from '../fact.ts';
import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';
import { add, floorDivide, multiply } from '../symbols.ts';
import { readHeads } from './attention.ts';
import { broadcastInputs, commonElementType, likeFirst } from './elementwise.ts';
import { productShape } from './matrix.ts';
import { rootMeanSquareNormalization } from './normalize.ts';
import { dequantizeLinear, quantizeLinear } from './quantize.ts';

function fusedMatMul(context: RuleContext): Outputs {
  const a = arranged(context, 0, 'transA', 'transBatchA');
  const b = arranged(context, 1, 'transB', 'transBatchB');
  return [tensorFact(commonElementType(context, [0, 1]), productShape(context, a, b))];
}

/** `transBatch` moves the first axis before the last; `trans` then exchanges the last two. */
function arranged(context: RuleContext, index: number, flag: string, batchFlag: string): Shape | undefined {
  const shape = context.shape(index);
  if (shape === undefined || shape.length < 2) return shape;
  const [first = null, ...rest] = shape;
  const moved = context.int(batchFlag) === 1 ? [...rest.slice(0, -1), first, ...rest.slice(-1)] : [...shape];
  return context.int(flag) === 1
    ? [...moved.slice(0, -2), moved.at(-1) ?? null, moved.at(-2) ?? null]
    : moved;
}

/** Output, mean, inverse deviation, and the sum of input and skip that was normalized. */
function skipNormalization(context: RuleContext): Outputs {
  const shape = context.shape(0);
  const statistics = tensorFact(
    'float32',
    shape?.map((extent, axis) => (axis < shape.length - 1 ? extent : 1)),
  );
  const like = tensorFact(commonElementType(context, [0, 1]), shape);
  return [like, statistics, statistics, like];
}

function multiHeadAttention(context: RuleContext): Outputs {
  const query = context.shapeOfRank(0, 3, 5);
  const heads = context.int('num_heads') ?? null;
  const elementType = context.elementType(0);
  if (query === undefined) return [tensorFact(elementType)];
  const [batch = null, length = null] = query;
  // Packed queries, keys and values: [batch, length, heads, 3, width].
  if (query.length === 5)
    return withPast(context, batch, length, length, [query[2] ?? null, query[4] ?? null], query[4] ?? null);
  // Packed keys and values: [batch, length, heads, 2, width].
  const key = context.has(1) ? context.shapeOfRank(1, 3, 5) : undefined;
  const q = readHeads(query, heads);
  if (key?.length === 5)
    return withPast(context, batch, q.length, key[1] ?? null, [heads, key[4] ?? null], key[4] ?? null);
  const value = context.has(2) ? context.shapeOfRank(2, 3, 4) : undefined;
  const v = readHeads(value, heads);
  const own = key?.length === 4 ? key[2] : key?.[1];
  return withPast(
    context,
    batch,
    q.length,
    own ?? null,
    [heads, q.width],
    v.width,
    value?.length === 3 ? value[2] : undefined,
  );
}

function withPast(
  context: RuleContext,
  batch: Dimension,
  length: Dimension,
  keyLength: Dimension,
  [heads, keyWidth]: readonly [Dimension, Dimension],
  valueWidth: Dimension,
  hidden: Dimension = multiply(heads, valueWidth),
): Outputs {
  const elementType = context.elementType(0);
  const past = context.has(6) ? (context.shape(6)?.[2] ?? null) : 0;
  // With a buffer shared between past and present, their lengths are the same and not a sum.
  const shared = context.has(8);
  const total = shared ? past : add(keyLength, past);
  return [
    tensorFact(elementType, [batch, length, hidden]),
    tensorFact(elementType, [batch, heads, total, keyWidth]),
    tensorFact(elementType, [batch, heads, total, valueWidth]),
  ];
}

function groupQueryAttention(context: RuleContext): Outputs {
  const query = context.shapeOfRank(0, 3, 3);
  const elementType = context.elementType(0);
  if (query === undefined) return [tensorFact(elementType)];
  const [batch = null, length = null, width = null] = query;
  if (context.has(1)) return [tensorFact(elementType, query)];
  const heads = context.int('num_heads') ?? null;
  const shared = context.int('kv_num_heads') ?? heads;
  const packed = add(heads, multiply(2, shared));
  return [tensorFact(elementType, [batch, length, multiply(heads, floorDivide(width, packed))])];
}

/** Input [batch, length, width] and a weight [width, 3·hidden], or the widths that an attribute gives. */
function packedAttention(context: RuleContext): Outputs {
  const input = context.shapeOfRank(0, 3, 3);
  const weight = context.shapeOfRank(1, 2, 2);
  const hidden = context.ints('qkv_hidden_sizes')?.[2] ?? floorDivide(weight?.[1] ?? null, 3);
  return [tensorFact(context.elementType(0), [input?.[0] ?? null, input?.[1] ?? null, hidden])];
}

export const microsoftRules: RuleFamily = {
  Attention: packedAttention,
  BiasGelu: (context) => [tensorFact(commonElementType(context, [0, 1]), broadcastInputs(context, [0, 1]))],
  DequantizeLinear: dequantizeLinear,
  FastGelu: likeFirst,
  FusedMatMul: fusedMatMul,
  Gelu: likeFirst,
  GroupQueryAttention: groupQueryAttention,
  MultiHeadAttention: multiHeadAttention,
  QuantizeLinear: quantizeLinear,
  QuickGelu: likeFirst,
  SimplifiedLayerNormalization: rootMeanSquareNormalization,
  SkipLayerNormalization: skipNormalization,
  SkipSimplifiedLayerNormalization: skipNormalization,
};
