import type { Dimension, Shape } from '../../graph/type.ts';
import { tensorFact } from '../fact.ts';
import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';
import { add, floorDivide, multiply } from '../symbols.ts';

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
  const q = readHeads(query, context.node.int('q_num_heads') ?? null);
  const k = readHeads(key, context.node.int('kv_num_heads') ?? null);
  const v = readHeads(value, context.node.int('kv_num_heads') ?? null);
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

export const attentionRules: RuleFamily = { Attention: attention };
