import type { Shape, Value } from '@sentei/ir';

/** Where shapes are looked up: what the file declares, or a table that `inferTypes` has filled. */
export interface ShapeFacts {
  /** Shape of a value; `undefined` where not even the rank is known. */
  shapeOf(value: Value): Shape | undefined;
}

/** Shapes as the model declares them, without any inference. */
export const DECLARED_SHAPES: ShapeFacts = { shapeOf: (value) => value.shape };
