import type { Dimension, Value, ValueType } from '@sentei/ir';
import type { Norm } from '../norm.ts';
import type { ShapeFacts } from '../shape-facts.ts';

/** What the bound is proven from: the norms of the graph by their output, and shapes as far as they are known. */
export interface BoundFacts extends ShapeFacts {
  readonly norms: ReadonlyMap<Value, Norm>;
  /** Types, as far as they are known beyond the shapes. */
  typeOf?(value: Value): ValueType | undefined;
  /** Elements of a small integer tensor, as far as they are known. */
  integersOf?(value: Value): readonly Dimension[] | undefined;
}
