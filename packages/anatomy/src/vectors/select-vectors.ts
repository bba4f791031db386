import { constantIntegers, constantScalar, type Dimension, type Node, type Value } from '@sentei/ir';
import type { BoundFacts } from './bound-facts.ts';
import type { Vectors } from './vectors.ts';

/** Vectors before some elements were selected: along the vectors themselves their elements move, elsewhere vectors go. */
export function selectVectors(
  node: Node,
  input: Value,
  vectors: Vectors,
  facts: BoundFacts,
): Vectors | undefined {
  const shape = facts.shapeOf(input);
  if (shape === undefined) return undefined;
  const fromEnd = (axis: number) => (axis < 0 ? axis : axis - shape.length);
  if (node.is('Gather')) {
    const axis = fromEnd(node.int('axis') ?? 0);
    const index = constantScalar(node.input(1));
    const isScalar = facts.shapeOf(node.input(1) as Value)?.length === 0;
    // One index takes its axis away: those before it move towards the end.
    if (!isScalar || index === undefined || index < 0 || axis === vectors.axis) return undefined;
    const moved = (at: number) => (at <= axis ? at - 1 : at);
    const fixed = new Map([...vectors.fixed].map(([at, each]) => [moved(at), each] as const));
    const along = moved(vectors.axis);
    return along === axis
      ? undefined
      : { ...vectors, value: input, axis: along, fixed: new Map([...fixed, [axis, index]]) };
  }
  if (node.is('Split')) {
    const axis = fromEnd(node.int('axis') ?? 0);
    const sizes = node.outputs.map((output) => facts.shapeOf(output)?.at(axis));
    const before = sizes.slice(0, node.outputs.indexOf(vectors.value));
    const start = before.reduce<number>(
      (sum, size) => sum + (typeof size === 'number' ? size : Number.NaN),
      0,
    );
    const isSingle = sizes[before.length] === 1;
    const fixed = isSingle && Number.isInteger(start) ? new Map([[axis, start]]) : new Map<number, number>();
    if (axis !== vectors.axis) return { ...vectors, value: input, fixed };
    return Number.isInteger(start) ? shiftedBy(vectors, input, start) : undefined;
  }
  const starts = constantIntegers(node.input(1)) ?? facts.integersOf?.(node.input(1) as Value);
  const axes =
    node.input(3) === undefined ? starts?.map((_, index) => index) : constantIntegers(node.input(3));
  const at = axes?.findIndex((axis) => fromEnd(axis) === vectors.axis);
  if (starts === undefined || axes === undefined || at === undefined) return undefined;
  if (at < 0)
    return { ...vectors, value: input, fixed: singlePlace(vectors.value, starts, axes.map(fromEnd), facts) };
  const steps = node.input(4) === undefined ? undefined : constantIntegers(node.input(4));
  const start = starts[at];
  const extent = shape.at(vectors.axis);
  if (typeof start !== 'number' || typeof extent !== 'number') return undefined;
  if (node.input(4) !== undefined && steps?.[at] !== 1) return undefined;
  return shiftedBy(vectors, input, Math.min(Math.max(start < 0 ? start + extent : start, 0), extent));
}

/** The one index along an axis that a Slice leaves. */
function singlePlace(
  output: Value,
  starts: readonly Dimension[],
  axes: readonly number[],
  facts: BoundFacts,
): ReadonlyMap<number, number> {
  const [axis, ...others] = axes;
  const [start] = starts;
  const isSingle = axis !== undefined && others.length === 0 && facts.shapeOf(output)?.at(axis) === 1;
  return new Map(isSingle && typeof start === 'number' && start >= 0 ? [[axis, start]] : []);
}

function shiftedBy(vectors: Vectors, value: Value, start: number): Vectors {
  return {
    ...vectors,
    value,
    fixed: new Map(),
    groups: vectors.groups.map((group) => group.map((index) => index + start)),
  };
}
