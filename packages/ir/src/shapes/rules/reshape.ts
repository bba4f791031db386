import type { Dimension, Shape } from '../../graph/type.ts';
import { differs } from '../dimensions.ts';
import { tensorFact } from '../fact.ts';
import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';
import { floorDivide, leastOf, productOf } from '../symbols.ts';

function reshape(context: RuleContext): Outputs {
  const given = context.integersFrom(1, 'shape');
  const target = given ?? (context.has(1) ? unknownTarget(context) : context.fail('it has no target shape'));
  const source = context.shape(0);
  const shape = target && fill(context, source, target, context.int('allowzero') === 1);
  return [tensorFact(context.elementType(0), shape, context.integers(0))];
}

function unknownTarget(context: RuleContext): Dimension[] | undefined {
  const [rank] = context.shape(1) ?? [];
  return typeof rank === 'number' && rank <= 64 ? new Array<Dimension>(rank).fill(null) : undefined;
}

function fill(
  context: RuleContext,
  source: Shape | undefined,
  target: readonly Dimension[],
  allowsZero: boolean,
): Dimension[] {
  const copies = (axis: number) => target[axis] === 0 && !allowsZero;
  if (target.filter((extent) => extent === -1).length > 1)
    context.fail(`target [${target.map(String)}] has two -1`);
  const shape = target.map((extent, axis) => {
    if (!copies(axis)) return typeof extent === 'number' && extent < 0 ? null : extent;
    if (source && axis >= source.length)
      context.fail(`target [${target.map(String)}] copies an axis that is not there`);
    return source?.[axis] ?? null;
  });
  if (source === undefined) return shape;
  // An axis that is copied cancels out even where its extent is not known.
  const left = source.filter((_, axis) => !copies(axis));
  const open = shape.flatMap((extent, axis) => (extent === null && !copies(axis) ? [axis] : []));
  const others = shape.filter((_, axis) => !copies(axis) && !open.includes(axis));
  const total = productOf(left);
  const [only, ...more] = open;
  if (only === undefined) {
    if (differs(total, productOf(others)))
      context.fail(`[${source.map(String)}] does not fill [${target.map(String)}]`);
    return shape;
  }
  if (more.length > 0) return shape;
  shape[only] = divideOut(context, left, others);
  return shape;
}

/** Quotient of two products; equal factors cancel first, so that it is known even when those are not. */
function divideOut(
  context: RuleContext,
  dividend: readonly Dimension[],
  divisor: readonly Dimension[],
): Dimension {
  const left = [...dividend];
  const right = divisor.filter((extent) => {
    const at = extent === null || extent === 0 ? -1 : left.indexOf(extent);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  const [total, part] = [productOf(left), productOf(right)];
  if (total === 0 || part === 0) return null;
  const quotient = floorDivide(total, part);
  const exact = typeof total !== 'number' || typeof part !== 'number' || total % part === 0;
  if (!exact) context.fail(`${total} elements are no multiple of ${part}`);
  return quotient !== null && leastOf(quotient) >= 0 ? quotient : null;
}

function flatten(context: RuleContext): Outputs {
  const shape = context.shape(0);
  const given = context.int('axis') ?? 1;
  if (shape === undefined) return [tensorFact(context.elementType(0), [null, null])];
  if (given < -shape.length || given > shape.length) context.fail(`axis ${given} is out of range`);
  const axis = given < 0 ? given + shape.length : given;
  const result = [productOf(shape.slice(0, axis)), productOf(shape.slice(axis))];
  return [tensorFact(context.elementType(0), result)];
}

function squeeze(context: RuleContext): Outputs {
  const shape = context.shape(0);
  return [tensorFact(context.elementType(0), shape && squeezedShape(context, shape), context.integers(0))];
}

function squeezedShape(context: RuleContext, shape: Shape): Dimension[] | undefined {
  const given = context.integersFrom(1, 'axes');
  if (given === null) {
    // Any extent that is not a number may turn out to be 1.
    return shape.every((extent) => typeof extent === 'number')
      ? shape.filter((extent) => extent !== 1)
      : undefined;
  }
  if (given === undefined) return undefined;
  if (!given.every((axis) => typeof axis === 'number')) {
    return given.length <= shape.length
      ? new Array<Dimension>(shape.length - given.length).fill(null)
      : undefined;
  }
  const axes = context.axes(given, shape.length);
  const wrong = axes.find((axis) => differs(shape[axis], 1));
  if (wrong !== undefined) context.fail(`axis ${wrong} of [${shape.map(String)}] cannot be squeezed`);
  return shape.filter((_, axis) => !axes.includes(axis));
}

function unsqueeze(context: RuleContext): Outputs {
  const shape = context.shape(0);
  const given = context.integersFrom(1, 'axes');
  if (given === null) context.fail('it has no axes');
  const elementType = context.elementType(0);
  if (shape === undefined || given === undefined) return [tensorFact(elementType)];
  const rank = shape.length + given.length;
  if (!given.every((axis) => typeof axis === 'number')) {
    return [tensorFact(elementType, new Array<Dimension>(rank).fill(null), context.integers(0))];
  }
  const added = new Set(context.axes(given, rank));
  const rest = [...shape];
  const result = Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (rest.shift() ?? null)));
  return [tensorFact(elementType, result, context.integers(0))];
}

function transpose(context: RuleContext): Outputs {
  const shape = context.shape(0);
  const order = context.ints('perm');
  const elementType = context.elementType(0);
  if (shape === undefined)
    return [
      tensorFact(
        elementType,
        order?.map(() => null),
      ),
    ];
  if (order === undefined) return [tensorFact(elementType, shape.toReversed())];
  if (order.length !== shape.length) context.fail(`perm [${order}] reorders rank ${shape.length}`);
  const axes = context.axes(order, shape.length);
  return [
    tensorFact(
      elementType,
      axes.map((axis) => shape[axis] ?? null),
      transposed(context.integers(0), shape, axes),
    ),
  ];
}

/** Elements of a transposed matrix in row-major order; of other ranks nobody makes shapes or pads. */
function transposed(
  elements: readonly Dimension[] | undefined,
  shape: Shape,
  axes: readonly number[],
): readonly Dimension[] | undefined {
  const [rows, columns] = shape;
  if (shape.length === 1 || axes.every((axis, index) => axis === index)) return elements;
  if (elements === undefined || shape.length !== 2) return undefined;
  if (typeof rows !== 'number' || typeof columns !== 'number') return undefined;
  return elements.map((_, index) => elements[(index % rows) * columns + Math.floor(index / rows)] ?? null);
}

export const reshapeRules: RuleFamily = {
  Flatten: flatten,
  Reshape: reshape,
  Squeeze: squeeze,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
};
