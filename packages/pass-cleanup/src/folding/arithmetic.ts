import { type DataType, type Node, Tensor } from '@sentei/ir';
import { broadcastDims, broadcastPositions, sizeOf } from './broadcast.ts';
import type { Evaluator, FoldContext } from './types.ts';

/** Integer types that wrap around, with their bits; ONNX Runtime computes in the type itself. */
const INTEGER_BITS: Partial<Record<DataType, number>> = { int32: 32, int64: 64 };

interface Binary {
  readonly float: (a: number, b: number) => number;
  /** `undefined` where the result is not defined: division by zero. */
  readonly integer: (a: bigint, b: bigint) => bigint | undefined;
}

const BINARY: Readonly<Record<string, Binary>> = {
  Add: { float: (a, b) => a + b, integer: (a, b) => a + b },
  Sub: { float: (a, b) => a - b, integer: (a, b) => a - b },
  Mul: { float: (a, b) => a * b, integer: (a, b) => a * b },
  Div: { float: (a, b) => a / b, integer: (a, b) => (b === 0n ? undefined : a / b) },
};

const COMPARISONS: Readonly<Record<string, (a: number | bigint, b: number | bigint) => boolean>> = {
  Equal: (a, b) => a === b,
  Less: (a, b) => a < b,
  Greater: (a, b) => a > b,
  LessOrEqual: (a, b) => a <= b,
  GreaterOrEqual: (a, b) => a >= b,
};

/** Operators that compute, in the types whose arithmetic is reproduced bit by bit. */
export const ARITHMETIC: Readonly<Record<string, Evaluator>> = {
  ...Object.fromEntries(Object.keys(BINARY).map((opType) => [opType, binary])),
  ...Object.fromEntries(Object.keys(COMPARISONS).map((opType) => [opType, compare])),
  Neg: (_, [x]) =>
    unary(
      x,
      (a) => -a,
      (a) => -a,
    ),
  Sqrt: (_, [x]) => unary(x, Math.sqrt),
  Not: (_, [x]) =>
    x &&
    Tensor.bool(
      [...x.bytes()].map((byte) => byte === 0),
      x.dims,
    ),
  Range: range,
};

function binary(
  node: Node,
  [a, b]: readonly (Tensor | undefined)[],
  context: FoldContext,
): Tensor | undefined {
  const op = BINARY[node.opType];
  const dims = operandDims(a, b, context);
  if (a === undefined || b === undefined || op === undefined || dims === undefined) return undefined;
  const [from, other] = [broadcastPositions(a.dims, dims), broadcastPositions(b.dims, dims)];
  const bits = INTEGER_BITS[a.dataType];
  if (bits === undefined) {
    const [x, y] = [a.numbers(), b.numbers()];
    return floats(
      from.map((at, i) => op.float(x[at] ?? 0, y[other[i] ?? 0] ?? 0)),
      dims,
      a.dataType,
    );
  }
  const [x, y] = [a.bigints(), b.bigints()];
  const results = from.map((at, i) => op.integer(x[at] ?? 0n, y[other[i] ?? 0] ?? 0n));
  const wraps = node.opType === 'Div' && results.some((r) => r !== undefined && BigInt.asIntN(bits, r) !== r);
  if (wraps || results.includes(undefined)) return undefined;
  return integers(
    results.map((r) => r ?? 0n),
    dims,
    a.dataType,
  );
}

function compare(
  node: Node,
  [a, b]: readonly (Tensor | undefined)[],
  context: FoldContext,
): Tensor | undefined {
  const test = COMPARISONS[node.opType];
  const dims = operandDims(a, b, context);
  if (a === undefined || b === undefined || test === undefined || dims === undefined) return undefined;
  const exact = INTEGER_BITS[a.dataType] !== undefined;
  const [x, y] = exact ? [a.bigints(), b.bigints()] : [a.numbers(), b.numbers()];
  const other = broadcastPositions(b.dims, dims);
  const results = broadcastPositions(a.dims, dims).map((at, i) => test(x[at] ?? 0, y[other[i] ?? 0] ?? 0));
  return Tensor.bool(results, dims);
}

/** Shape of the result where both operands are of one type that is computed with. */
function operandDims(
  a: Tensor | undefined,
  b: Tensor | undefined,
  context: FoldContext,
): number[] | undefined {
  // Before opset 7 operands were broadcast by attributes.
  if (a === undefined || a.dataType !== b?.dataType || context.opset < 7) return undefined;
  if (!(a.dataType in INTEGER_BITS) && a.dataType !== 'float32' && a.dataType !== 'float64') return undefined;
  const dims = broadcastDims(a.dims, b.dims);
  return dims && context.fits(dims, a.dataType) ? dims : undefined;
}

function unary(
  x: Tensor | undefined,
  float: (a: number) => number,
  integer?: (a: bigint) => bigint,
): Tensor | undefined {
  if (x === undefined) return undefined;
  if (x.dataType in INTEGER_BITS) return integer && integers(x.bigints().map(integer), x.dims, x.dataType);
  if (x.dataType !== 'float32' && x.dataType !== 'float64') return undefined;
  return floats([...x.numbers()].map(float), x.dims, x.dataType);
}

function range(
  _: Node,
  [start, limit, delta]: readonly (Tensor | undefined)[],
  context: FoldContext,
): Tensor | undefined {
  // Floats are left: runtimes add up or multiply, and the sums differ.
  if (start?.dataType !== 'int64' || start.size !== 1 || limit?.size !== 1 || delta?.size !== 1)
    return undefined;
  const [from, to, step] = [start, limit, delta].map((tensor) => tensor.bigints()[0] ?? 0n);
  if (from === undefined || to === undefined || step === undefined || step === 0n) return undefined;
  const count = Math.max(0, Math.ceil(Number(to - from) / Number(step)));
  if (!Number.isSafeInteger(count) || !context.fits([count], 'int64')) return undefined;
  return Tensor.int64(Array.from({ length: count }, (_, i) => from + BigInt(i) * step));
}

/** One operation in double precision and one rounding give the float32 result: 53 bits are over twice 24 and two. */
function floats(values: readonly number[], dims: readonly number[], dataType: DataType): Tensor | undefined {
  return dataType === 'float32' || dataType === 'float64' ? Tensor.floats(values, dims, dataType) : undefined;
}

export function integers(
  values: readonly bigint[],
  dims: readonly number[],
  dataType: DataType,
): Tensor | undefined {
  if (values.length !== sizeOf(dims)) return undefined;
  if (dataType === 'int64')
    return Tensor.int64(
      values.map((value) => BigInt.asIntN(64, value)),
      dims,
    );
  const wrapped = Int32Array.from(values, (value) => Number(BigInt.asIntN(32, value)));
  return dataType === 'int32' ? Tensor.fromBytes(dataType, dims, new Uint8Array(wrapped.buffer)) : undefined;
}
