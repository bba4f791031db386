import type { GraphBuilder, Value } from '@sentei/ir';
import { largestOver } from './largest-over.ts';

/** How far the weight of a key behind a gate lies below that of the row's own: e⁻¹²⁸ is none in float32. */
const MARGIN = 128;

/** Columns hold sums of up to 2³⁰ times the factor on scores; half of that leaves room for rounding. */
const RANGE = 2 ** 29;

/** Covers the rounding of norms, and of queries and keys to float16. */
const ROUNDING = 1 + 2 ** -8;

/** What bounds the scores of a run: U where the weights tell it, else queries and keys. */
export interface GateLimits {
  readonly scoreBound: number | undefined;
  /** Factor on query · key. */
  readonly scale: number;
  /** float32 or float16, channels along the last axis, or along `keyAxis` for keys. */
  readonly query: Value;
  readonly key: Value;
  /** Axis of the channels of keys; both have four axes. */
  readonly keyAxis: 2 | 3;
  /** int64 [1]: L. */
  readonly length: Value;
  readonly opset: number;
}

/**
 * Emits what a log gate may be at least, float32 scalar or [1]: a single one this low leaves keys before it without weight,
 * −2U − 128 with U from the weights or else from the largest norms of this input, so that raising gates to it changes nothing.
 * It also keeps the sum of a whole sequence of shut gates within the range of the columns, which decides only for scores in
 * the hundreds and long sequences.
 */
export function lowestGate(b: GraphBuilder, limits: GateLimits): Value {
  const { scoreBound, scale, query, key, keyAxis, length, opset } = limits;
  if (scoreBound !== undefined) return b.float32([-(2 * scoreBound + MARGIN)], []);
  const largestNorm = (value: Value, axis: number) => {
    const wide = b.op('Cast', [value], { attributes: { to: 1n } });
    const squares = b.op('ReduceSum', [b.op('Mul', [wide, wide]), b.int64([axis])], {
      attributes: { keepdims: 0n },
    });
    // An empty sequence has no largest element.
    const all = b.op('Concat', [b.op('Reshape', [squares, b.int64([-1])]), b.float32([0])], {
      attributes: { axis: 0n },
    });
    return b.op('Sqrt', [largestOver(b, all, [0], opset)]);
  };
  const product = b.op('Mul', [largestNorm(query, 3), largestNorm(key, keyAxis)]);
  const needed = b.op('Sub', [
    b.op('Mul', [product, b.float32([-2 * Math.abs(scale) * ROUNDING], [])]),
    b.float32([MARGIN], []),
  ]);
  const most = b.op('Div', [
    b.float32([-RANGE * Math.abs(scale)], []),
    b.op('Cast', [length], { attributes: { to: 1n } }),
  ]);
  return b.op('Max', [needed, most]);
}
