import type { GraphBuilder, Value } from '@sentei/ir';

/** ReduceMax takes its axes as an input from this opset on. */
const AXES_AS_INPUT = 18;

/** The largest along one axis, which is kept with extent 1. */
export function largestOf(b: GraphBuilder, x: Value, axis: number, opset: number): Value {
  return opset < AXES_AS_INPUT
    ? b.op('ReduceMax', [x], { attributes: { axes: [BigInt(axis)], keepdims: 1n } })
    : b.op('ReduceMax', [x, b.int64([axis])], { attributes: { keepdims: 1n } });
}
