import type { Value } from '@sentei/ir';
import type { ShapeFacts } from '../shape-facts.ts';

/**
 * Vectors in a value, at all its places: each has the elements of one group of indices along one axis. Where an axis is
 * fixed, only places with that index along it count.
 */
export interface Vectors {
  readonly value: Value;
  /** Counted from the end. */
  readonly axis: number;
  readonly groups: readonly (readonly number[])[];
  readonly fixed: ReadonlyMap<number, number>;
}

/** More indices than any projection has columns. */
const MOST_INDICES = 2 ** 18;

/** The vectors along a whole axis. */
export function wholeAxis(value: Value, axis: number, shapes: ShapeFacts): Vectors | undefined {
  const extent = shapes.shapeOf(value)?.at(axis);
  // Of a norm's output the groups do not matter, so an extent that is not known is no obstacle there.
  const size = typeof extent === 'number' && extent <= MOST_INDICES ? extent : 0;
  return { value, axis, groups: [Array.from({ length: size }, (_, index) => index)], fixed: new Map() };
}

/**
 * The vectors before a Reshape, Squeeze or Unsqueeze, each of which has to lie within one vector along an axis of the input:
 * axes that were made out of that one, and all of them, become places in it.
 */
export function beforeReshape(vectors: Vectors, input: Value, shapes: ShapeFacts): Vectors | undefined {
  const [before, after] = [shapes.shapeOf(input), shapes.shapeOf(vectors.value)];
  if (before === undefined || after === undefined) return undefined;
  const along = vectors.axis + after.length;
  // The same extents behind the axis on both sides: what is before it is cut up or put together.
  const behind = after.slice(along + 1);
  const start = before.length - behind.length;
  if (behind.some((extent, index) => extent === null || extent !== before[start + index])) return undefined;
  let from = start - 1;
  while (from > 0 && before[from] === 1 && after[along] !== 1) from--;
  const [whole, part] = [before[from], after[along]];
  if (typeof whole !== 'number' || typeof part !== 'number' || part === 0 || whole % part !== 0)
    return undefined;
  if (whole > MOST_INDICES) return undefined;
  // The axes just before are those that the input's axis was cut into, the first of them perhaps with axes before it.
  let offsets = [0];
  let size = part;
  for (let axis = along - 1; size < whole; axis--) {
    const extent = after[axis];
    if (axis < 0 || typeof extent !== 'number' || extent === 0) return undefined;
    const places = Math.min(extent, whole / size);
    if (extent % places !== 0 || whole % (size * places) !== 0) return undefined;
    const only = vectors.fixed.get(axis - after.length);
    const indices =
      only === undefined ? Array.from({ length: places }, (_, index) => index) : [only % places];
    const from = size;
    offsets = indices.flatMap((index) => offsets.map((offset) => index * from + offset));
    size *= places;
  }
  const groups = offsets.flatMap((offset) =>
    vectors.groups.map((group) => group.map((index) => offset + index)),
  );
  // Fixed places elsewhere are forgotten, which can only make the bound larger.
  const fixed = new Map(
    [...vectors.fixed].filter(([axis]) => axis + after.length > along && before.length >= -axis),
  );
  return { value: input, axis: from - before.length, groups, fixed };
}
