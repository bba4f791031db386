import { type GraphBuilder, Tensor, type Value } from '@sentei/ir';
import type { DecayingAttention } from '../matching/decaying-attention.ts';
import { threshold } from '../threshold/threshold.ts';
import type { FusedPlan } from './fused-plan.ts';
import { largestOver } from './largest-over.ts';

/** Covers the rounding of queries and keys to float16, each by 2⁻¹¹ of itself in a step or two, and of sums of their squares. */
const ROUNDING = 1 + 2 ** -8;

/**
 * Emits what the bias of a key has to reach in order to matter, δ = −2U + log ε − log L: with U from the weights where they
 * bound it, else from the largest norms of queries and keys that this input has, for each head.
 *
 * @param rows queries and keys, [batch, L, heads, channels]
 * @returns float64, scalar or [heads]
 */
export function runtimeThreshold(
  b: GraphBuilder,
  { scoreBound, scale }: DecayingAttention,
  plan: FusedPlan,
  rows: { readonly query: Value; readonly key: Value },
  options: { readonly epsilon: number; readonly opset: number },
): Value {
  const number = (value: number) => b.constant(Tensor.floats([value], [], 'float64'));
  const { constantPart } = threshold(ROUNDING * (scoreBound ?? 0), options.epsilon);
  const fixed = b.op('Sub', [number(constantPart), plan.logLength]);
  if (scoreBound !== undefined) return fixed;
  const largestNorm = (value: Value) => {
    const wide = b.op('Cast', [value], { attributes: { to: 1n } });
    const squares = b.op('ReduceSum', [b.op('Mul', [wide, wide]), b.int64([3])], {
      attributes: { keepdims: 0n },
    });
    return largestOver(b, squares, [0, 1], options.opset);
  };
  const product = b.op('Mul', [
    b.op('Sqrt', [largestNorm(rows.query)]),
    b.op('Sqrt', [largestNorm(rows.key)]),
  ]);
  const bound = b.op('Mul', [product, b.float32([-2 * scale * ROUNDING], [])]);
  return b.op('Add', [b.op('Cast', [bound], { attributes: { to: 11n } }), fixed]);
}
