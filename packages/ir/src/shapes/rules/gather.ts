import type { Dimension } from '../../graph/type.ts';
import { tensorFact } from '../fact.ts';
import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';
import { likeFirst } from './elementwise.ts';

function gather(context: RuleContext): Outputs {
  const elementType = context.elementType(0);
  const data = context.shapeOfRank(0, 1);
  const indices = context.shape(1);
  const axis = data && context.axis(context.int('axis') ?? 0, data.length);
  if (data === undefined || axis === undefined || indices === undefined) return [tensorFact(elementType)];
  const shape = [...data.slice(0, axis), ...indices, ...data.slice(axis + 1)];
  const elements = data.length === 1 ? context.integers(0) : undefined;
  const picked = elements && context.numbers(1)?.map((index) => elements.at(index) ?? null);
  return [tensorFact(elementType, shape, picked)];
}

function gatherElements(context: RuleContext): Outputs {
  const data = context.shapeOfRank(0, 1);
  const indices = context.shape(1);
  if (data && indices && data.length !== indices.length) context.fail('data and indices differ in rank');
  return [tensorFact(context.elementType(0), indices ?? data?.map(() => null))];
}

function gatherNd(context: RuleContext): Outputs {
  const elementType = context.elementType(0);
  const data = context.shapeOfRank(0, 1);
  const indices = context.shapeOfRank(1, 1);
  const depth = indices?.at(-1);
  const batches = context.int('batch_dims') ?? 0;
  if (data === undefined || indices === undefined || typeof depth !== 'number')
    return [tensorFact(elementType)];
  if (batches + depth > data.length || batches >= indices.length) {
    context.fail(`indices of depth ${depth} reach beyond rank ${data.length}`);
  }
  return [tensorFact(elementType, [...indices.slice(0, -1), ...data.slice(batches + depth)])];
}

function oneHot(context: RuleContext): Outputs {
  const indices = context.shape(0);
  const elementType = context.elementType(2);
  if (indices === undefined) return [tensorFact(elementType)];
  const axis = context.axis(context.int('axis') ?? -1, indices.length + 1);
  const depth: Dimension = context.integer(1) ?? context.constants(1)?.[0] ?? null;
  return [tensorFact(elementType, [...indices.slice(0, axis), depth, ...indices.slice(axis)])];
}

function nonZero(context: RuleContext): Outputs {
  const shape = context.shape(0);
  return [tensorFact('int64', [shape?.length ?? null, null])];
}

export const gatherRules: RuleFamily = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherNd,
  NonZero: nonZero,
  OneHot: oneHot,
  ReverseSequence: likeFirst,
  Scatter: likeFirst,
  ScatterElements: likeFirst,
  ScatterND: likeFirst,
};
