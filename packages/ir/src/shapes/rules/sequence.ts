import { type Dimension, isTensorType, type Shape, type ValueType } from '../../graph/type.ts';
import { attributeType } from '../attribute-type.ts';
import { containerFact, type Fact, joinTypes, tensorFact } from '../fact.ts';
import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';

/** Type of the elements of a sequence input. @throws MalformedNode when it is known to be something else. */
function elementOf(context: RuleContext, index: number): ValueType | undefined {
  const type = context.type(index);
  if (type === undefined || type.kind === 'unknown') return undefined;
  return type.kind === 'sequence' ? type.element : context.fail(`input ${index} is a ${type.kind}`);
}

/** Type that all given elements share; `undefined` where one of them is not known. */
function common(types: readonly (ValueType | undefined)[]): ValueType | undefined {
  return types.reduce((a, b) => a && b && joinTypes(a, b));
}

function construct(context: RuleContext): Outputs {
  if (context.inputCount === 0) context.fail('it has no input');
  return [containerFact('sequence', common(context.indices.map((index) => context.type(index))))];
}

/** A sequence that takes in another element. */
function insert(context: RuleContext): Outputs {
  return [containerFact('sequence', common([elementOf(context, 0), context.type(1)]))];
}

function at(context: RuleContext): Outputs {
  const type = elementOf(context, 0);
  return [type && { type }];
}

function erase(context: RuleContext): Outputs {
  return [containerFact('sequence', elementOf(context, 0))];
}

function splitToSequence(context: RuleContext): Outputs {
  const elementType = context.elementType(0);
  const shape = context.shapeOfRank(0, 1);
  if (shape === undefined) return [containerFact('sequence', tensorFact(elementType).type)];
  const axis = context.axis(context.int('axis') ?? 0, shape.length);
  const dropsAxis = !context.has(1) && context.int('keepdims') === 0;
  const size = context.has(1) ? partSize(context, shape[axis] ?? null) : 1;
  const part = shape
    .map((extent, i) => (i === axis ? size : extent))
    .filter((_, i) => !dropsAxis || i !== axis);
  return [containerFact('sequence', tensorFact(elementType, part).type)];
}

/** Extent of every part where all have the same. A single size leaves a smaller last part where it does not divide. */
function partSize(context: RuleContext, extent: Dimension): Dimension {
  const sizes = context.integers(1);
  const [first = null, ...others] = sizes ?? [];
  if (context.shape(1)?.length === 0) {
    const divides = typeof extent === 'number' && typeof first === 'number' && extent % first === 0;
    return divides || first === 1 ? first : null;
  }
  return others.every((size) => size === first) ? first : null;
}

function concatFromSequence(context: RuleContext): Outputs {
  const element = elementOf(context, 0);
  if (!isTensorType(element)) return [];
  const { elementType, shape } = element;
  if (shape === undefined) return [tensorFact(elementType)];
  const axis = context.int('axis') ?? context.fail('it has no axis');
  const isNew = context.int('new_axis') === 1;
  const position = context.axis(axis, shape.length + (isNew ? 1 : 0));
  return [tensorFact(elementType, isNew ? inserted(shape, position) : shape.with(position, null))];
}

function inserted(shape: Shape, axis: number): Dimension[] {
  return [...shape.slice(0, axis), null, ...shape.slice(axis)];
}

/** The body sees one element of each sequence; tensors are handed to it as they are. */
function map(context: RuleContext): Outputs {
  const body = context.subgraph('body') ?? context.fail('it has no body');
  const facts = context.indices.map((index): Fact | undefined => {
    const fact = context.fact(index);
    return fact?.type.kind === 'sequence' ? { type: fact.type.element } : fact;
  });
  return context.inferGraph(body, facts).map((fact) => containerFact('sequence', fact?.type));
}

export const sequenceRules: RuleFamily = {
  ConcatFromSequence: concatFromSequence,
  SequenceAt: at,
  SequenceConstruct: construct,
  SequenceEmpty: (context) => [
    containerFact('sequence', tensorFact(attributeType(context, 'dtype') ?? 'float32').type),
  ],
  SequenceErase: erase,
  SequenceInsert: insert,
  SequenceLength: () => [tensorFact('int64', [])],
  SequenceMap: map,
  SplitToSequence: splitToSequence,
};
