import { type GraphBuilder, Tensor, tensorType, type Value } from '@sentei/ir';

export interface BlockSizes {
  /** Most query rows in a block. */
  readonly block: number;
  /** Sequences of at most this length are computed as one block. */
  readonly whole: number;
}

/** How a sequence is cut into query blocks of equal length; computed once for every attention over the same sequence. */
export interface BlockPlan {
  /** int64 [1]: number of queries L. */
  readonly length: Value;
  /** int64 [1]: number of blocks n. */
  readonly count: Value;
  /** int64 [1]: rows in a block, ⌈L / n⌉. */
  readonly rows: Value;
  /** int64 [1]: n · rows, at least L. */
  readonly paddedLength: Value;
  /** int64 [1]: rows of padding, fewer than n. */
  readonly padding: Value;
  /** Scalar bool: more than one block. */
  readonly several: Value;
  /** float32 [rows, rows]: 0 on and below the diagonal, a very negative number above. */
  readonly causalBias: Value;
}

/** Far below any score with its bias, and finite, so that no row turns to NaN by it. */
export const MASKED = -1e38;

/** Emits the nodes of a plan. `length` is an int64 [1]. */
export function planBlocks(b: GraphBuilder, length: Value, sizes: BlockSizes): BlockPlan {
  const one = b.int64([1]);
  const ceilingOfRatio = (a: Value, divisor: Value) =>
    b.op('Div', [b.op('Add', [a, b.op('Sub', [divisor, one])]), divisor]);
  const isLong = b.op('Greater', [length, b.int64([sizes.whole])]);
  const target = b.op('Where', [isLong, b.int64([sizes.block]), b.int64([sizes.whole])]);
  // An empty sequence still is one block, of no rows.
  const count = b.op('Max', [ceilingOfRatio(length, target), one]);
  const rows = ceilingOfRatio(length, count);
  const paddedLength = b.op('Mul', [count, rows]);
  const positions = b.op('Range', [
    b.constant(Tensor.int64([0], [])),
    b.op('Squeeze', [rows, b.int64([0])]),
    b.constant(Tensor.int64([1], [])),
  ]);
  const isVisible = b.op('GreaterOrEqual', [b.op('Unsqueeze', [positions, b.int64([1])]), positions]);
  return {
    length,
    count,
    rows,
    paddedLength,
    padding: b.op('Sub', [paddedLength, length]),
    several: b.op('Squeeze', [b.op('Greater', [count, one]), b.int64([0])], {
      types: [tensorType('bool', [])],
    }),
    causalBias: b.op('Where', [isVisible, b.float32([0], []), b.float32([MASKED], [])]),
  };
}
