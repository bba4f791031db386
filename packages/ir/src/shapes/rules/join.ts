import type { Dimension, Shape } from '../../graph/type.ts';
import { broadcastShapes, mergeDimension } from '../dimensions.ts';
import { tensorFact } from '../fact.ts';
import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';
import { add, ceilDivide, floorDivide, leastOf, multiply, subtract } from '../symbols.ts';
import { commonElementType } from './elementwise.ts';

function concat(context: RuleContext): Outputs {
  const indices = context.node.inputs.map((_, index) => index);
  if (indices.length === 0) context.fail('it has no input');
  const elementType = commonElementType(context, indices);
  const shapes = indices.map((index) => context.shape(index));
  const known = shapes.find((shape) => shape !== undefined);
  if (known === undefined) return [tensorFact(elementType)];
  // Before opset 4 the axis could be left out.
  const axis = context.axis(context.int('axis') ?? 1, known.length);
  const shape = known.map((_, at) => {
    const extents = shapes.map((own) => ofRank(context, own, known.length)?.[at] ?? null);
    return at === axis ? extents.reduce(add, 0) : sharedExtent(context, extents);
  });
  const parts = indices.map((index) => context.integers(index));
  const integers = known.length === 1 && parts.every((part) => part !== undefined) ? parts.flat() : undefined;
  return [tensorFact(elementType, shape, integers)];
}

function ofRank(context: RuleContext, shape: Shape | undefined, rank: number): Shape | undefined {
  if (shape && shape.length !== rank) context.fail(`ranks ${shape.length} and ${rank} are joined`);
  return shape;
}

export function sharedExtent(context: RuleContext, extents: readonly Dimension[]): Dimension {
  return extents.reduce((known, extent) => {
    const merged = mergeDimension(known, extent);
    return merged === undefined ? context.fail(`extents ${known} and ${extent} are joined`) : merged;
  }, null);
}

function split(context: RuleContext): Outputs {
  const elementType = context.elementType(0);
  const shape = context.shapeOfRank(0, 1);
  const axis = shape && context.axis(context.int('axis') ?? 0, shape.length);
  const sizes = splitSizes(context, (axis === undefined ? undefined : shape?.[axis]) ?? null);
  const integers = shape?.length === 1 ? context.integers(0) : undefined;
  let start: Dimension = 0;
  return sizes.map((size) => {
    const own = shape?.map((extent, at) => (at === axis ? size : extent));
    const end: Dimension = add(start, size);
    const part =
      typeof start === 'number' && typeof end === 'number' ? integers?.slice(start, end) : undefined;
    start = end;
    return tensorFact(elementType, own, part);
  });
}

function splitSizes(context: RuleContext, extent: Dimension): readonly Dimension[] {
  const count = context.outputCount;
  if (count === 0) context.fail('it has no output');
  const given = context.integersFrom(1, 'split');
  if (given === undefined) return new Array<Dimension>(count).fill(null);
  if (given !== null) {
    return given.length === count
      ? given
      : context.fail(`${given.length} sizes are given for ${count} outputs`);
  }
  if (context.opset < 18 && typeof extent === 'number' && extent % count !== 0) {
    context.fail(`${extent} elements are not split into ${count} equal parts`);
  }
  // Before opset 18 parts are equal; since then the last may be smaller.
  const part = context.opset < 18 ? floorDivide(extent, count) : ceilDivide(extent, count);
  const last = context.opset < 18 ? part : subtract(extent, multiply(part, count - 1));
  return [...new Array<Dimension>(count - 1).fill(part), last];
}

function expand(context: RuleContext): Outputs {
  const elementType = context.elementType(0);
  const shape = context.shape(0);
  const target = context.integers(1)?.map((extent) => (leastOf(extent) >= 0 ? extent : null));
  if (shape === undefined || target === undefined) return [tensorFact(elementType)];
  const result = broadcastShapes([shape, target]);
  if (result === undefined) context.fail(`[${shape.map(String)}] does not expand to [${target.map(String)}]`);
  const same = shape.length === result.length && shape.every((extent, axis) => extent === result[axis]);
  const [first = null, ...others] = context.integers(0) ?? [];
  const count = result.reduce(multiply, 1);
  const copies =
    others.length === 0 && typeof count === 'number' && count <= 64
      ? new Array<Dimension>(count).fill(first)
      : undefined;
  return [tensorFact(elementType, result, same ? context.integers(0) : copies)];
}

function tile(context: RuleContext): Outputs {
  const elementType = context.elementType(0);
  const shape = context.shape(0);
  // Opset 1 took a count and an axis instead of one count for each axis.
  const repeats = context.opset < 6 ? undefined : context.integers(1);
  if (shape === undefined || repeats === undefined)
    return [
      tensorFact(
        elementType,
        shape?.map(() => null),
      ),
    ];
  if (repeats.length !== shape.length)
    context.fail(`${repeats.length} repeats are given for rank ${shape.length}`);
  return [
    tensorFact(
      elementType,
      shape.map((extent, axis) => multiply(extent, repeats[axis] ?? null)),
    ),
  ];
}

function pad(context: RuleContext): Outputs {
  const elementType = context.elementType(0);
  const shape = context.shape(0);
  const pads = context.integersFrom(1, context.opset < 2 ? 'paddings' : 'pads');
  if (pads === null) context.fail('it has no pads');
  const given = context.has(3) ? context.integers(3) : shape?.map((_, axis) => axis);
  if (shape === undefined || pads === undefined || !given?.every((axis) => typeof axis === 'number')) {
    return [
      tensorFact(
        elementType,
        shape?.map(() => null),
      ),
    ];
  }
  const axes = context.axes(given, shape.length);
  if (pads.length !== 2 * axes.length) context.fail(`${pads.length} pads are given for ${axes.length} axes`);
  const result = shape.map((extent, axis) => {
    const at = axes.indexOf(axis);
    return at < 0 ? extent : add(add(extent, pads[at] ?? null), pads[at + axes.length] ?? null);
  });
  return [tensorFact(elementType, result)];
}

export const joinRules: RuleFamily = { Concat: concat, Expand: expand, Pad: pad, Split: split, Tile: tile };
