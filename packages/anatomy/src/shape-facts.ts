import type { Shape, Value } from '@sentei/ir';

/** Where shapes are looked up: what the file declares, or a table that `inferTypes` has filled. */
export interface ShapeFacts {
  shapeOf(value: Value): Shape | undefined;
}

export const DECLARED_SHAPES: ShapeFacts = { shapeOf: (value) => value.shape };
