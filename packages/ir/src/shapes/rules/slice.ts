import type { Dimension, Shape } from '../../graph/type.ts';
import { signOf } from '../dimensions.ts';
import { tensorFact } from '../fact.ts';
import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';
import { add, ceilDivide, maximum, minimum, subtract } from '../symbols.ts';

function slice(context: RuleContext): Outputs {
  const shape = context.shapeOfRank(0, 1);
  const elementType = context.elementType(0);
  const starts = context.integersFrom(1, 'starts');
  const ends = context.integersFrom(2, 'ends');
  if (starts === null || ends === null) context.fail('it has no starts or no ends');
  const given = context.integersFrom(3, 'axes');
  const steps = context.has(4) ? context.integers(4) : starts?.map(() => 1);
  const axes = given === null ? starts?.map((_, i) => i) : given;
  if (shape === undefined || !axes?.every((axis) => typeof axis === 'number')) {
    return [
      tensorFact(
        elementType,
        shape?.map(() => null),
      ),
    ];
  }
  for (const list of [starts, ends, steps]) {
    if (list && list.length !== axes.length)
      context.fail(`${list.length} bounds are given for ${axes.length} axes`);
  }
  const result = [...shape];
  for (const [i, axis] of context.axes(axes, shape.length).entries()) {
    const step = steps?.[i] ?? null;
    if (step === 0) context.fail('a step is 0');
    result[axis] = slicedExtent(shape[axis] ?? null, starts?.[i] ?? null, ends?.[i] ?? null, step);
  }
  const [axis] = context.axes(axes, shape.length);
  const part =
    axis !== undefined && axes.length === 1
      ? sliceAlong(context.integers(0), shape, axis, starts?.[0], ends?.[0], steps?.[0])
      : undefined;
  return [tensorFact(elementType, result, part)];
}

/** Number of elements between two bounds that count from the back when negative and stop at the ends of the axis. */
export function slicedExtent(
  extent: Dimension,
  start: Dimension,
  end: Dimension,
  step: Dimension,
): Dimension {
  if (typeof step !== 'number') return null;
  const isToEnd = typeof end === 'number' && end >= 2 ** 31 - 1;
  // The last n elements, or as many as there are.
  if (step === 1 && isToEnd && signOf(start) === 'negative') return minimum(extent, subtract(0, start));
  const [lowest, highest] = step > 0 ? [0, extent] : [-1, subtract(extent, 1)];
  const from = clamp(fromFront(start, extent), 0, highest);
  const to = clamp(fromFront(end, extent), lowest, highest);
  const distance = step > 0 ? subtract(to, from) : subtract(from, to);
  return maximum(ceilDivide(distance, Math.abs(step)), 0);
}

function fromFront(bound: Dimension, extent: Dimension): Dimension {
  const sign = signOf(bound);
  if (sign === undefined) return null;
  if (sign === 'natural') return bound;
  // The bound that stands for "to the very front" is too large to calculate with.
  if (typeof bound === 'number' && bound < -(2 ** 31)) return Number.MIN_SAFE_INTEGER;
  return add(bound, extent);
}

function clamp(bound: Dimension, lowest: Dimension, highest: Dimension): Dimension {
  if (typeof bound === 'number' && bound >= 2 ** 31 - 1) return highest;
  if (typeof bound === 'number' && bound === Number.MIN_SAFE_INTEGER) return lowest;
  if (bound === 0 && lowest === 0) return 0;
  return minimum(maximum(bound, lowest), highest);
}

/** Elements in row-major order of a tensor that is cut along one axis: pads of a Pad are, two rows for each axis. */
function sliceAlong(
  elements: readonly Dimension[] | undefined,
  shape: Shape,
  axis: number,
  start: Dimension | undefined,
  end: Dimension | undefined,
  step: Dimension | undefined,
): Dimension[] | undefined {
  const extent = shape[axis];
  if (elements === undefined || typeof extent !== 'number') return undefined;
  const inner = shape
    .slice(axis + 1)
    .reduce<number>((size, each) => (typeof each === 'number' ? size * each : Number.NaN), 1);
  const size = extent * inner;
  if (!(size > 0) || elements.length % size !== 0) return undefined;
  const rows = sliceElements(
    Array.from({ length: extent }, (_, row) => row),
    start,
    end,
    step,
  );
  return (
    rows &&
    Array.from({ length: elements.length / size }, (_, block) =>
      rows.flatMap((row) => {
        const from = block * size + Number(row) * inner;
        return elements.slice(from, from + inner);
      }),
    ).flat()
  );
}

function sliceElements(
  elements: readonly Dimension[] | undefined,
  start: Dimension | undefined,
  end: Dimension | undefined,
  step: Dimension | undefined,
): Dimension[] | undefined {
  if (elements === undefined) return undefined;
  if (typeof start !== 'number' || typeof end !== 'number' || typeof step !== 'number') return undefined;
  const { length } = elements;
  const bound = (value: number, lowest: number, highest: number) =>
    Math.min(Math.max(value < 0 ? value + length : value, lowest), highest);
  const taken: Dimension[] = [];
  if (step > 0) {
    const to = bound(end, 0, length);
    for (let i = bound(start, 0, length); i < to; i += step) taken.push(elements[i] ?? null);
  } else {
    const to = bound(end, -1, length - 1);
    for (let i = bound(start, 0, length - 1); i > to; i += step) taken.push(elements[i] ?? null);
  }
  return taken;
}

export const sliceRules: RuleFamily = { Slice: slice };
