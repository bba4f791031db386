import { dataTypeName } from '../../graph/data-type.ts';
import type { Dimension } from '../../graph/type.ts';
import { factOfTensor, tensorFact } from '../fact.ts';
import type { Outputs, Rule, RuleContext, RuleFamily } from '../rule.ts';
import { ceilDivide, leastOf, maximum, productOf, subtract } from '../symbols.ts';
import { commonElementType, likeFirst } from './elementwise.ts';

function constant(context: RuleContext): Outputs {
  const value = context.tensor('value');
  if (value !== undefined) return [factOfTensor(value)];
  const integer = context.int('value_int');
  if (integer !== undefined) return [tensorFact('int64', [], [integer])];
  const integers = context.ints('value_ints');
  if (integers !== undefined) return [tensorFact('int64', [integers.length], integers)];
  const [named] = SINGLE_CONSTANTS.filter(([name]) => context.attribute(name) !== undefined);
  if (named !== undefined) {
    const [name, elementType] = named;
    return [tensorFact(elementType, name.endsWith('s') ? [context.listLength(name)] : [])];
  }
  const sparse = context.attribute('sparse_value');
  const message = sparse?.kind === 'other' ? sparse.message.sparseTensor : undefined;
  const elementType = dataTypeName(message?.values?.dataType ?? 0);
  return message ? [tensorFact(elementType ?? 'undefined', (message.dims ?? []).map(Number))] : [];
}

const SINGLE_CONSTANTS = [
  ['value_float', 'float32'],
  ['value_floats', 'float32'],
  ['value_string', 'string'],
  ['value_strings', 'string'],
] as const;

function constantOfShape(context: RuleContext): Outputs {
  const value = context.tensor('value');
  const [rank] = context.shapeOfRank(0, 1, 1) ?? [];
  const target =
    context.integers(0) ??
    (typeof rank === 'number' && rank <= 64 ? new Array<Dimension>(rank).fill(null) : undefined);
  const shape = target?.map((extent) => (leastOf(extent) >= 0 ? extent : null));
  const count = shape && productOf(shape);
  const element = value && factOfTensor(value).integers?.[0];
  const filled = element !== undefined && typeof count === 'number' && count <= 64;
  return [
    tensorFact(
      value?.dataType ?? 'float32',
      shape,
      filled ? new Array<Dimension>(count).fill(element) : undefined,
    ),
  ];
}

function range(context: RuleContext): Outputs {
  const elementType = commonElementType(context, [0, 1, 2]);
  const [start, limit, step] = [0, 1, 2].map((index) => boundOf(context, index));
  if (step === 0) context.fail('the step is 0');
  const count = countSteps(start ?? null, limit ?? null, step ?? null);
  const listed =
    typeof count === 'number' && count <= 64 && typeof start === 'number' && typeof step === 'number';
  const integers = listed ? Array.from({ length: count }, (_, i) => start + i * step) : undefined;
  return [tensorFact(elementType, [count], integers)];
}

function boundOf(context: RuleContext, index: number): Dimension {
  return context.integer(index) ?? context.constants(index)?.[0] ?? null;
}

function countSteps(start: Dimension, limit: Dimension, step: Dimension): Dimension {
  if ([start, limit, step].every((bound) => typeof bound === 'number')) {
    const count = Math.max(0, Math.ceil((Number(limit) - Number(start)) / Number(step)));
    return Number.isSafeInteger(count) ? count : null;
  }
  if (typeof step !== 'number' || ![start, limit, step].every((bound) => !isFraction(bound))) return null;
  const distance = step > 0 ? subtract(limit, start) : subtract(start, limit);
  return maximum(ceilDivide(distance, Math.abs(step)), 0);
}

function isFraction(bound: Dimension): boolean {
  return typeof bound === 'number' && !Number.isInteger(bound);
}

function shapeOf(context: RuleContext): Outputs {
  const shape = context.shape(0);
  if (shape === undefined) return [tensorFact('int64', [null])];
  const extents = shape.slice(context.int('start') ?? 0, context.int('end') ?? shape.length);
  return [tensorFact('int64', [extents.length], extents)];
}

function size(context: RuleContext): Outputs {
  const shape = context.shape(0);
  return [tensorFact('int64', [], shape && [productOf(shape)])];
}

const identity: Rule = (context) => [context.fact(0)];

/** Before opset 10 the mask had the type of the data. */
function dropout(context: RuleContext): Outputs {
  const shape = context.shape(0);
  const fact = context.fact(0);
  return [fact, tensorFact(context.opset < 10 ? context.elementType(0) : 'bool', shape)];
}

function trilu(context: RuleContext): Outputs {
  context.shapeOfRank(0, 2);
  return likeFirst(context);
}

export const generateRules: RuleFamily = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Dropout: dropout,
  Identity: identity,
  Range: range,
  Shape: shapeOf,
  Size: size,
  Trilu: trilu,
};
