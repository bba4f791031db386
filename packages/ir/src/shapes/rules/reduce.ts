import type { Dimension, Shape } from '../../graph/type.ts';
import { tensorFact } from '../fact.ts';
import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';
import { productOf } from '../symbols.ts';
import { likeFirst } from './elementwise.ts';

/** Axes that are reduced; `undefined` when an input gives them and they are not known. */
function reducedAxes(context: RuleContext, rank: number): readonly number[] | undefined {
  const given = context.integersFrom(1, 'axes');
  if (given === undefined) return undefined;
  const all = Array.from({ length: rank }, (_, axis) => axis);
  if (given === null || given.length === 0) return context.int('noop_with_empty_axes') === 1 ? [] : all;
  if (!given.every((axis) => typeof axis === 'number')) return undefined;
  return context.axes(given, rank);
}

function reducedShape(context: RuleContext): Shape | undefined {
  const keeps = (context.int('keepdims') ?? 1) !== 0;
  const shape = context.shape(0);
  if (shape === undefined) return everyAxisReduced(context) && !keeps ? [] : undefined;
  const axes = reducedAxes(context, shape.length);
  if (axes !== undefined) return dropAxes(shape, axes, keeps);
  if (keeps) return shape.map((extent) => (extent === 1 ? 1 : null));
  const count = context.has(1) ? context.integers(1)?.length : undefined;
  return count === undefined || count === 0 || count > shape.length
    ? undefined
    : new Array<Dimension>(shape.length - count).fill(null);
}

function everyAxisReduced(context: RuleContext): boolean {
  const given = context.integersFrom(1, 'axes');
  const none = given === null || (given !== undefined && given.length === 0);
  return none && context.int('noop_with_empty_axes') !== 1;
}

export function dropAxes(shape: Shape, axes: readonly number[], keeps: boolean): Dimension[] {
  const reduced = new Set(axes);
  return keeps
    ? shape.map((extent, axis) => (reduced.has(axis) ? 1 : extent))
    : shape.filter((_, axis) => !reduced.has(axis));
}

function reduction(context: RuleContext): Outputs {
  return [tensorFact(context.elementType(0), reducedShape(context))];
}

/** Products of extents are how exporters flatten axes. */
function reduceProduct(context: RuleContext): Outputs {
  const elements = context.shape(0)?.length === 1 ? context.integers(0) : undefined;
  const shape = reducedShape(context);
  const whole = elements && (shape?.length === 0 || shape?.[0] === 1);
  return [tensorFact(context.elementType(0), shape, whole ? [productOf(elements)] : undefined)];
}

function argument(context: RuleContext): Outputs {
  const shape = context.shape(0);
  const keeps = (context.int('keepdims') ?? 1) !== 0;
  const axis = shape && context.axis(context.int('axis') ?? 0, shape.length);
  return [tensorFact('int64', shape && axis !== undefined ? dropAxes(shape, [axis], keeps) : undefined)];
}

function topK(context: RuleContext): Outputs {
  const shape = context.shapeOfRank(0, 1);
  const axis = shape && context.axis(context.int('axis') ?? -1, shape.length);
  const count = context.has(1) ? context.integer(1) : (context.int('k') ?? null);
  const result = shape?.map((extent, i) => (i === axis ? count : extent));
  return [tensorFact(context.elementType(0), result), tensorFact('int64', result)];
}

const REDUCTIONS = ['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Sum', 'SumSquare'];

export const reduceRules: RuleFamily = {
  ...Object.fromEntries(REDUCTIONS.map((name) => [`Reduce${name}`, reduction])),
  ReduceProd: reduceProduct,
  ArgMax: argument,
  ArgMin: argument,
  TopK: topK,
  CumProd: likeFirst,
  CumSum: likeFirst,
};
