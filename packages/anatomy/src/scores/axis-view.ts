import {
  constantIntegers,
  type Dimension,
  floorDivideDimensions,
  multiplyDimensions,
  type Node,
  type Shape,
  type Value,
} from '@sentei/ir';
import { coversPositions } from '../bias/covers-positions.ts';
import type { ShapeFacts } from '../shape-facts.ts';

/** What an axis, or a part of one, runs along: an axis of the scores, or one of the parts that a Reshape cuts it into. */
export interface Factor {
  /** `0`, `1`, … for leading axes of the scores, `q` and `k` for queries and keys; `1.0` and `1.1` are parts of `1`. */
  readonly axis: string;
  readonly extent: Dimension;
}

/**
 * What the axes of a value run along, in row-major order of the factors; an axis without any has extent 1 and is broadcast.
 */
export type View = readonly (readonly Factor[])[];

/** A value, and what its axes are to whoever looks at it. */
export interface Viewed {
  readonly value: Value;
  readonly view: View;
}

/** Steps back over an operator that only moves or repeats elements; `undefined` where it is none or extents are not known. */
export function peel(node: Node, view: View, facts: ShapeFacts): Viewed | undefined {
  const value = node.input(0);
  if (value === undefined) return undefined;
  const inner = innerView(node, value, view, facts);
  return inner && { value, view: inner };
}

function innerView(node: Node, value: Value, view: View, facts: ShapeFacts): View | undefined {
  if (node.is('Identity', 'Cast')) return view;
  if (node.is('Transpose')) {
    const permutation = node.ints('perm') ?? view.map((_, index) => view.length - 1 - index);
    if (permutation.length !== view.length) return undefined;
    const inner: (readonly Factor[])[] = [];
    for (const [index, from] of permutation.entries()) inner[from] = view[index] ?? [];
    return inner;
  }
  if (node.is('Unsqueeze')) {
    const axes = axesOf(node)?.map((axis) => (axis < 0 ? axis + view.length : axis));
    return axes && view.filter((_, index) => !axes.includes(index));
  }
  const shape = facts.shapeOf(value);
  if (shape === undefined) return undefined;
  if (node.is('Squeeze')) {
    const axes =
      axesOf(node)?.map((axis) => (axis < 0 ? axis + shape.length : axis)) ??
      shape.flatMap((extent, index) => (extent === 1 ? [index] : []));
    let next = 0;
    const inner = shape.map((_, index) => (axes.includes(index) ? [] : (view[next++] ?? [])));
    return next === view.length ? inner : undefined;
  }
  if (node.is('Expand')) return broadcastView(view, shape, true);
  // A Tile repeats like an Expand what has extent 1 along the axis.
  if (node.is('Tile')) return tiled(view, shape);
  return node.is('Reshape', 'Flatten') ? regroup(view, shape) : undefined;
}

function tiled(view: View, shape: Shape): View | undefined {
  const whole = view.map(extentOf);
  const isPlain =
    shape.length === view.length && shape.every((extent, axis) => extent === 1 || extent === whole[axis]);
  return isPlain ? broadcastView(view, shape) : undefined;
}

function axesOf(node: Node): number[] | undefined {
  return node.ints('axes') ?? constantIntegers(node.input(1));
}

/**
 * What the axes of an operand run along that is broadcast to `view`; `undefined` where extents are not known to fit.
 *
 * @param isOpen takes extents that are not known for those of the view; they are to be checked where they come from
 */
export function broadcastView(view: View, shape: Shape, isOpen = false): View | undefined {
  const skipped = view.length - shape.length;
  if (skipped < 0) return undefined;
  const inner: (readonly Factor[])[] = [];
  for (const [index, extent] of shape.entries()) {
    const factors = view[skipped + index] ?? [];
    if (extent === 1) inner.push([]);
    else if ((isOpen && extent === null) || coversPositions(extent, extentOf(factors))) inner.push(factors);
    else return undefined;
  }
  return inner;
}

/** The same elements in row-major order under another shape, as Reshape does it in either direction. */
export function regroup(view: View, shape: Shape): View | undefined {
  const pending = view.flat();
  const groups: Factor[][] = [];
  for (const extent of shape) {
    const group: Factor[] = [];
    let rest = extent;
    while (rest !== 1) {
      const factor = pending.shift();
      if (factor === undefined) return undefined;
      const others = exactQuotient(rest, factor.extent);
      if (others !== undefined) {
        group.push(factor);
        rest = others;
        continue;
      }
      const minor = exactQuotient(factor.extent, rest);
      if (minor === undefined) return undefined;
      group.push({ axis: `${factor.axis}.0`, extent: rest });
      pending.unshift({ axis: `${factor.axis}.1`, extent: minor });
      rest = 1;
    }
    groups.push(group);
  }
  return pending.length === 0 ? groups : undefined;
}

function exactQuotient(a: Dimension, b: Dimension): Dimension | undefined {
  if (a === b && a !== null) return 1;
  const quotient = floorDivideDimensions(a, b);
  return quotient !== null && multiplyDimensions(quotient, b) === a ? quotient : undefined;
}

export function extentOf(factors: readonly Factor[]): Dimension {
  return factors.reduce<Dimension>((product, { extent }) => multiplyDimensions(product, extent), 1);
}

/** Axes of a value as factors of their own, extents of 1 without any. */
export function viewOf(names: readonly string[], shape: Shape): View {
  return shape.map((extent, index) => (extent === 1 ? [] : [{ axis: names[index] ?? '', extent }]));
}

/** Whether anything along `axis`, or a part of it, is in a view. */
export function runsAlong(view: View, axis: string): boolean {
  return view.some((factors) =>
    factors.some((factor) => factor.axis === axis || factor.axis.startsWith(`${axis}.`)),
  );
}

export function sameView(a: View, b: View): boolean {
  return viewKey(a) === viewKey(b);
}

export function viewKey(view: View): string {
  return view.map((factors) => factors.map(({ axis, extent }) => `${axis}:${extent}`).join('*')).join(',');
}
