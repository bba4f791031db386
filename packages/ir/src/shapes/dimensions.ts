import type { Dimension, Shape } from '../graph/type.ts';
import { leastOf, minimum, productOf, subtract } from './symbols.ts';

/**
 * Extent of an axis that two operands share under NumPy broadcasting; `null` where the operands leave it open and
 * `undefined` where they contradict each other.
 */
export function broadcastDimension(a: Dimension, b: Dimension): Dimension | undefined {
  if (a === b) return a;
  if (a === 1) return b;
  if (b === 1) return a;
  if (typeof a === 'number') return typeof b === 'number' ? undefined : a;
  if (typeof b === 'number') return b;
  return isCutTo(a, b) ? b : isCutTo(b, a) ? a : null;
}

/**
 * Whether an extent is that of a table of more than one element cut to `length`, min(n, length): where it is shorter than
 * the length, it does not fit it, and where it is 1, the length is.
 */
function isCutTo(extent: Dimension, length: Dimension): boolean {
  const found = /^min\((\d+),|,(\d+)\)$/.exec(String(extent));
  const size = Number(found?.[1] ?? found?.[2] ?? 0);
  return length !== null && size > 1 && extent === minimum(size, length);
}

/** Shape of operands broadcast against each other, aligned at the last axis; `undefined` on a contradiction. */
export function broadcastShapes(shapes: readonly Shape[]): Dimension[] | undefined {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result: Dimension[] = [];
  for (let axis = 0; axis < rank; axis++) {
    let extent: Dimension | undefined = 1;
    for (const shape of shapes) {
      const at = axis - (rank - shape.length);
      const own = at < 0 ? 1 : (shape[at] ?? null);
      extent = broadcastDimension(extent, own);
      if (extent === undefined) return undefined;
    }
    result.push(extent);
  }
  return result;
}

/** What holds whichever of two shapes a value turns out to have; `undefined` where not even the rank is common. */
export function joinShapes(a: Shape | undefined, b: Shape | undefined): Dimension[] | undefined {
  if (a === undefined || b === undefined || a.length !== b.length) return undefined;
  return a.map((dimension, axis) => (dimension === b[axis] ? dimension : null));
}

/** The better known of two descriptions of the same extent: a number, then a symbol. `undefined` on a contradiction. */
export function mergeDimension(a: Dimension, b: Dimension): Dimension | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a === b ? a : undefined;
  if (typeof a === 'number' || b === null) return a;
  return typeof b === 'number' || a === null ? b : a;
}

/** Whether two extents are certainly different numbers. */
export function differs(a: Dimension | undefined, b: Dimension | undefined): boolean {
  return typeof a === 'number' && typeof b === 'number' && a !== b;
}

/** Number of elements of a shape when all of its extents are numbers. */
export function elementCount(shape: Shape | undefined): number | undefined {
  const count = shape === undefined ? null : productOf(shape);
  return typeof count === 'number' ? count : undefined;
}

/** Whether an integer is known to be at least 0, known to be negative, or neither. */
export function signOf(integer: Dimension): 'natural' | 'negative' | undefined {
  if (typeof integer === 'number') return integer < 0 ? 'negative' : 'natural';
  if (leastOf(integer) >= 0) return 'natural';
  return leastOf(subtract(0, integer)) > 0 ? 'negative' : undefined;
}
