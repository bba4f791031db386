import { type GraphBuilder, Tensor, type Value } from '@sentei/ir';
import type { DecayingAttention } from '../../src/matching/decaying-attention.ts';
import { arrange, repeatAlong } from '../../src/matching/operand.ts';

const HIDDEN = -1e30;

/**
 * Emits what the normal form says, word for word and without any pruning: softmax(scale · q · kᵀ + c_i − c_j, over visible
 * keys at or before the query) · v in float32. What a matcher has understood is right if this computes what the graph did.
 */
export function lowerDensely(b: GraphBuilder, attention: DecayingAttention): Value {
  const { decay, heads, keyHeads } = attention;
  if (decay.kind !== 'gates') throw new TypeError(`a decay by ${decay.kind} has no running sums`);
  const byHead = ['batch', 'head', 'position', 'channel'] as const;
  const float = (value: Value) => b.op('Cast', [value], { attributes: { to: 1n } });
  const repeated = (value: Value) =>
    keyHeads === heads ? value : repeatAlong(b, value, 1, 4, heads / keyHeads);
  const query = float(arrange(b, attention.query, byHead));
  const key = float(repeated(arrange(b, attention.key, ['batch', 'head', 'channel', 'position'])));
  const value = float(repeated(arrange(b, attention.value, byHead)));
  const sums = arrange(b, decay.cumulative, ['batch', 'head', 'position']);
  const extent = (of: Value, axis: number) =>
    b.op('Gather', [b.op('Shape', [of]), b.int64([axis])], { attributes: { axis: 0n } });
  const past = b.op('Sub', [extent(key, 3), extent(query, 2)]);
  const rows = b.op('Slice', [sums, past, b.int64([Number.MAX_SAFE_INTEGER]), b.int64([2])]);
  const decays = b.op('Sub', [
    b.op('Unsqueeze', [rows, b.int64([3])]),
    b.op('Unsqueeze', [sums, b.int64([2])]),
  ]);
  const product = b.op('Mul', [b.op('MatMul', [query, key]), b.float32([attention.scale], [])]);
  const ones = b.op(
    'ConstantOfShape',
    [b.op('Concat', [extent(query, 2), extent(key, 3)], { attributes: { axis: 0n } })],
    {
      attributes: { value: Tensor.floats([1]) },
    },
  );
  const diagonal = b.op('Squeeze', [past, b.int64([0])]);
  const causal = b.op('Cast', [b.op('Trilu', [ones, diagonal], { attributes: { upper: 0n } })], {
    attributes: { to: 9n },
  });
  const padding = attention.padding?.(b);
  const visible =
    padding === undefined ? causal : b.op('And', [causal, b.op('Unsqueeze', [padding, b.int64([1, 2])])]);
  const scores = b.op('Where', [visible, b.op('Add', [product, decays]), b.float32([HIDDEN], [])]);
  const output = b.op('MatMul', [b.op('Softmax', [scores], { attributes: { axis: -1n } }), value]);
  const to = { float32: 1n, float16: 10n, bfloat16: 16n }[attention.elementType];
  return b.op('Cast', [output], { attributes: { to } });
}
