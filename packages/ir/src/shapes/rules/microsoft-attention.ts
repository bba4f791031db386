import type { DataType } from '../../graph/data-type.ts';
import type { Dimension } from '../../graph/type.ts';
import { tensorFact } from '../fact.ts';
import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';
import { add, floorDivide, multiply } from '../symbols.ts';
import { readHeads } from './attention.ts';
import { likeFirst } from './elementwise.ts';

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

/** Present keys and values are [batch, heads, length, width], of a length that only the run tells. */
function groupQueryAttention(context: RuleContext): Outputs {
  const query = context.shapeOfRank(0, 3, 3);
  const elementType = context.elementType(0);
  if (query === undefined) return [tensorFact(elementType)];
  const [batch = null, length = null, width = null] = query;
  const heads = context.int('num_heads') ?? null;
  const shared = context.int('kv_num_heads') ?? heads;
  const packed = add(heads, multiply(2, shared));
  const isPacked = !context.has(1);
  const size = floorDivide(width, (isPacked ? packed : heads) ?? 0);
  const present = (past: number) => {
    const known = context.has(past) ? context.elementType(past) : elementType;
    return tensorFact(known, [
      batch,
      shared,
      null,
      (context.has(past) ? context.shape(past)?.[3] : size) ?? null,
    ]);
  };
  const output = isPacked ? [batch, length, multiply(heads, size)] : query;
  return [tensorFact(elementType, output), present(3), present(4)];
}

/** Input [batch, length, width] and a weight [width, 3·hidden], or the widths that an attribute gives. */
function hiddenOfWeights(context: RuleContext): Dimension {
  const weight = context.shapeOfRank(1, 2, 2);
  return context.ints('qkv_hidden_sizes')?.[2] ?? floorDivide(weight?.[1] ?? null, 3);
}

/** Keys and values of all positions come out as [2, batch, heads, length, width]. */
function projectingAttention(past: number, elementType: (context: RuleContext) => DataType) {
  return (context: RuleContext): Outputs => {
    const [batch = null, length = null] = context.shapeOfRank(0, 3, 3) ?? [];
    const hidden = hiddenOfWeights(context);
    const heads = context.int('num_heads') ?? null;
    const before = context.has(past) ? (context.shapeOfRank(past, 5, 5)?.[3] ?? null) : 0;
    const total = context.int('past_present_share_buffer') === 1 ? before : add(before, length);
    const sizes = context.ints('qkv_hidden_sizes');
    // Keys and values of different widths do not fit one tensor.
    const width = sizes !== undefined && sizes[1] !== sizes[2] ? null : floorDivide(hidden, heads ?? 0);
    return [
      tensorFact(elementType(context), [batch, length, hidden]),
      tensorFact(elementType(context), [2, batch, heads, total, width]),
    ];
  };
}

/** Sequences without padding, one after the other: [tokens, width]. */
function packedAttention(context: RuleContext): Outputs {
  const input = context.shapeOfRank(0, 2, 2);
  return [tensorFact(context.elementType(0), [input?.[0] ?? null, hiddenOfWeights(context)])];
}

/** Queries [tokens, width], or queries, keys and values together as [tokens, heads, 3, width]. */
function packedMultiHeadAttention(context: RuleContext): Outputs {
  const query = context.shapeOfRank(0, 2, 4);
  const value = context.has(2) ? context.shapeOfRank(2, 2, 2) : undefined;
  const hidden = query?.length === 4 ? multiply(query[1] ?? null, query[3] ?? null) : (value?.[1] ?? null);
  return [tensorFact(context.elementType(0), [query?.[0] ?? null, hidden])];
}

/** One new token for each sequence; caches keep their extents where past and present share a buffer. */
function maskedDecoding(values: number, pasts: readonly number[]) {
  return (context: RuleContext): Outputs => {
    const [batch = null, length = null] = context.shapeOfRank(0, 3, 3) ?? [];
    const value = values === 1 ? undefined : context.has(values) ? context.shape(values) : context.shape(0);
    // Values come as [batch, length, width], or from another sequence as [batch, heads, length, width].
    const split = value?.length === 4 ? multiply(value[1] ?? null, value[3] ?? null) : value?.[2];
    const hidden = values === 1 ? hiddenOfWeights(context) : (split ?? null);
    const shares = context.int('past_present_share_buffer') === 1;
    const elementType = context.elementType(0);
    const presents = pasts.map((past) =>
      tensorFact(elementType, shares && context.has(past) ? context.shape(past) : undefined),
    );
    return [tensorFact(elementType, [batch, length, hidden]), ...presents];
  };
}

export const microsoftAttentionRules: RuleFamily = {
  Attention: projectingAttention(4, (context) => context.elementType(0)),
  DecoderMaskedMultiHeadAttention: maskedDecoding(2, [5, 6]),
  DecoderMaskedSelfAttention: maskedDecoding(1, [4]),
  GroupQueryAttention: groupQueryAttention,
  LongformerAttention: likeFirst,
  MultiHeadAttention: multiHeadAttention,
  PackedAttention: packedAttention,
  PackedMultiHeadAttention: packedMultiHeadAttention,
  // The element type is that of the scale: data and weights are quantized.
  QAttention: projectingAttention(8, (context) => context.elementType(3)),
  RotaryEmbedding: likeFirst,
};
