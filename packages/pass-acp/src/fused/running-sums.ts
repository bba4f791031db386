import { type GraphBuilder, Tensor, type Value } from '@sentei/ir';
import { CHUNK } from './fused-plan.ts';

export interface RunningSums {
  /** float64 [batch, chunks · CHUNK, heads, 1]: c of every position, then of the padding. */
  readonly sums: Value;
  /** float64 [batch, chunks, 1, heads]: c before the first position of each chunk. */
  readonly before: Value;
}

/**
 * Emits the running sums c of log forget gates in float64, chunk by chunk: float32 keeps no 1e-5 of a difference of sums that
 * passed −1e5, and the CUDA kernel of `CumSum` adds up each element from the start, which over a whole sequence is
 * quadratic in its length.
 *
 * @param logGates float32 [batch, L, heads], never positive
 * @param lowest float32 scalar or [1]; gates below it count as this: nothing that far back weighs anything, and shut gates (−∞)
 *   become finite
 */
export function runningSums(
  b: GraphBuilder,
  logGates: Value,
  pads: Value,
  heads: number,
  lowest: Value,
): RunningSums {
  const finite = b.op('Max', [logGates, lowest]);
  const wide = b.op('Cast', [b.op('Pad', [finite, pads])], { attributes: { to: 11n } });
  const axis = (index: number) => b.constant(Tensor.int64([index], []));
  const chunks = b.op('Reshape', [wide, b.int64([0, -1, CHUNK, heads])]);
  const within = b.op('CumSum', [chunks, axis(2)]);
  const totals = b.op('Slice', [within, b.int64([CHUNK - 1]), b.int64([CHUNK]), b.int64([2])]);
  const before = b.op('CumSum', [totals, axis(1)], { attributes: { exclusive: 1n } });
  return { sums: b.op('Reshape', [b.op('Add', [within, before]), b.int64([0, -1, heads, 1])]), before };
}
