import type { GraphBuilder, Value } from '@sentei/ir';

/** Emits the largest along axes, which go. Opset 18 turned the attribute of ReduceMax into an input. */
export function largestOver(b: GraphBuilder, value: Value, axes: readonly number[], opset: number): Value {
  if (opset >= 18) return b.op('ReduceMax', [value, b.int64(axes)], { attributes: { keepdims: 0n } });
  return b.op('ReduceMax', [value], { attributes: { axes: axes.map(BigInt), keepdims: 0n } });
}
