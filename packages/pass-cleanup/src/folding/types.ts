import type { DataType, Node, Tensor } from '@sentei/ir';

export interface FoldContext {
  /** Opset version of the graph the node is in. */
  readonly opset: number;
  /** Whether a result is small enough to be computed at all; asked before it is. */
  fits(dims: readonly number[], dataType: DataType): boolean;
}

/** Computes the only output of a node from constant inputs; `undefined` where it cannot be told exactly. */
export type Evaluator = (
  node: Node,
  inputs: readonly (Tensor | undefined)[],
  context: FoldContext,
) => Tensor | undefined;
