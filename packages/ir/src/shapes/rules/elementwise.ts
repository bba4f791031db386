import type { DataType } from '../../graph/data-type.ts';
import { type Dimension, isTensorType, type Shape } from '../../graph/type.ts';
import { attributeType } from '../attribute-type.ts';
import { broadcastShapes } from '../dimensions.ts';
import { elementsOf, type Fact, tensorFact } from '../fact.ts';
import type { Outputs, Rule, RuleContext, RuleFamily } from '../rule.ts';
import { add, floorDivide, leastOf, maximum, minimum, multiply, subtract } from '../symbols.ts';

type Arithmetic = (a: Dimension, b: Dimension) => Dimension;

/** Shape and element type of the first input. */
export const likeFirst: Rule = (context) => [tensorFact(context.elementType(0), context.shape(0))];

/** First known element type among some inputs: operators whose inputs share one type variable. */
export function commonElementType(context: RuleContext, indices: readonly number[]): DataType {
  for (const index of indices) {
    const type = context.has(index) ? context.elementType(index) : 'undefined';
    if (type !== 'undefined') return type;
  }
  return 'undefined';
}

/** Shape of inputs broadcast against each other, `undefined` when a rank is not known. */
export function broadcastInputs(context: RuleContext, indices: readonly number[]): Shape | undefined {
  const shapes = indices.map((index) => context.shape(index));
  // Before opset 7 the first operand decided the shape.
  if (context.opset < 7 && context.node.domain !== 'com.microsoft' && indices.length === 2) return shapes[0];
  if (!shapes.every((shape) => shape !== undefined)) return undefined;
  const shape = broadcastShapes(shapes);
  return (
    shape ?? context.fail(`shapes ${shapes.map((s) => `[${s.map(String)}]`).join(' and ')} do not broadcast`)
  );
}

/** Contents of two small tensors combined where their elements pair up without a copy of either. */
export function pairElements(
  a: Fact | undefined,
  b: Fact | undefined,
  combine: Arithmetic,
): Dimension[] | undefined {
  const left = a && elementsOf(a);
  const right = b && elementsOf(b);
  if (left === undefined || right === undefined) return undefined;
  const count = left.length === 1 ? right.length : left.length;
  if (![1, count].includes(left.length) || ![1, count].includes(right.length)) return undefined;
  if (left.length > 1 && right.length > 1 && (rankOf(a) !== 1 || rankOf(b) !== 1)) return undefined;
  return Array.from({ length: count }, (_, i) =>
    combine(left[left.length === 1 ? 0 : i] ?? null, right[right.length === 1 ? 0 : i] ?? null),
  );
}

function rankOf(fact: Fact | undefined): number | undefined {
  return isTensorType(fact?.type) ? fact.type.shape?.length : undefined;
}

function binary(combine?: Arithmetic, elementType?: DataType): Rule {
  return (context) => {
    const shape = broadcastInputs(context, [0, 1]);
    const integers = combine && pairElements(context.fact(0), context.fact(1), combine);
    return [tensorFact(elementType ?? commonElementType(context, [0, 1]), shape, integers)];
  };
}

function variadic(combine?: Arithmetic): Rule {
  return (context) => {
    const indices = context.node.inputs.map((_, index) => index);
    if (indices.length === 0) context.fail('it has no input');
    const elementType = commonElementType(context, indices);
    const shape = broadcastInputs(context, indices);
    let total = context.fact(0);
    for (const index of combine ? indices.slice(1) : []) {
      const integers = combine && pairElements(total, context.fact(index), combine);
      total = integers && tensorFact(elementType, [integers.length], integers);
    }
    return [tensorFact(elementType, shape, indices.length === 1 || combine ? total?.integers : undefined)];
  };
}

function unary(elementType?: DataType, combine?: (a: Dimension) => Dimension): Rule {
  return (context) => {
    const integers = combine && context.has(0) ? context.integers(0)?.map(combine) : undefined;
    return [tensorFact(elementType ?? context.elementType(0), context.shape(0), integers)];
  };
}

/** ONNX divides integers towards zero; rounding down is the same only where nothing is negative. */
function divide(a: Dimension, b: Dimension): Dimension {
  if (b === 0) return null;
  if (typeof a === 'number' && typeof b === 'number') return Math.trunc(a / b);
  return leastOf(a) >= 0 && leastOf(b) >= 0 ? floorDivide(a, b) : null;
}

function modulo(a: Dimension, b: Dimension): Dimension {
  if (a === null || typeof b !== 'number' || b <= 0) return null;
  return subtract(a, multiply(b, floorDivide(a, b)));
}

function comparison(holds: (difference: number) => boolean): Arithmetic {
  return (a, b) => {
    const difference = subtract(a, b);
    if (typeof difference === 'number') return holds(difference) ? 1 : 0;
    // Extents and symbols are never negative, so they never equal a marker such as -1.
    if (leastOf(difference) > 0) return holds(1) ? 1 : 0;
    return leastOf(subtract(b, a)) > 0 ? (holds(-1) ? 1 : 0) : null;
  };
}

function logical(decide: (a: Dimension, b: Dimension) => boolean | undefined): Arithmetic {
  return (a, b) => {
    const result = decide(a, b);
    return result === undefined ? null : Number(result);
  };
}

function where(context: RuleContext): Outputs {
  const shape = broadcastInputs(context, [0, 1, 2]);
  const [condition, left, right] = [context.fact(0), context.fact(1), context.fact(2)];
  const elementType = commonElementType(context, [1, 2]);
  const flags = condition && elementsOf(condition);
  const taken = pairElements(condition, left, (flag, value) => (flag === 1 ? value : null));
  const refused = pairElements(condition, right, (flag, value) => (flag === 0 ? value : null));
  const count = Math.max(taken?.length ?? 0, refused?.length ?? 0);
  const integers =
    flags && taken && refused
      ? Array.from(
          { length: count },
          (_, i) => taken[taken.length === 1 ? 0 : i] ?? refused[refused.length === 1 ? 0 : i] ?? null,
        )
      : undefined;
  return [tensorFact(elementType, shape, integers)];
}

const SAME_TYPE = [
  'Acos Acosh Asin Asinh Atan Atanh BitwiseNot Ceil Celu Clip Cos Cosh Elu Erf Exp Floor Gelu HardSigmoid HardSwish',
  'LeakyRelu Log Mish Reciprocal Relu Round Selu Shrink Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Swish Tan Tanh',
  'SwiGLU ThresholdedRelu',
].flatMap((line) => line.split(' '));

function castTo(context: RuleContext, elementType: DataType): Outputs {
  const integers = context.integers(0);
  const toBool = (integer: Dimension) => (integer === 0 ? 0 : leastOf(integer) > 0 ? 1 : null);
  return [
    tensorFact(elementType, context.shape(0), elementType === 'bool' ? integers?.map(toBool) : integers),
  ];
}

export const elementwiseRules: RuleFamily = {
  ...Object.fromEntries(SAME_TYPE.map((opType) => [opType, likeFirst])),
  Abs: unary(undefined, (a) => (leastOf(a) >= 0 ? a : typeof a === 'number' ? -a : null)),
  Neg: unary(undefined, (a) => subtract(0, a)),
  Not: unary('bool', (a) => (a === null ? null : a === 0 ? 1 : 0)),
  IsNaN: unary('bool'),
  IsInf: unary('bool'),
  Add: binary(add),
  Sub: binary(subtract),
  Mul: binary(multiply),
  Div: binary(divide),
  Mod: binary(modulo),
  Pow: (context) => [tensorFact(context.elementType(0), broadcastInputs(context, [0, 1]))],
  PRelu: (context) => [tensorFact(context.elementType(0), context.shape(0))],
  BitShift: binary(),
  BitwiseAnd: binary(),
  BitwiseOr: binary(),
  BitwiseXor: binary(),
  And: binary(
    logical((a, b) => (a === 0 || b === 0 ? false : a === 1 && b === 1 ? true : undefined)),
    'bool',
  ),
  Or: binary(
    logical((a, b) => (a === 1 || b === 1 ? true : a === 0 && b === 0 ? false : undefined)),
    'bool',
  ),
  Xor: binary(undefined, 'bool'),
  Equal: binary(
    comparison((difference) => difference === 0),
    'bool',
  ),
  Greater: binary(
    comparison((difference) => difference > 0),
    'bool',
  ),
  GreaterOrEqual: binary(
    comparison((difference) => difference >= 0),
    'bool',
  ),
  Less: binary(
    comparison((difference) => difference < 0),
    'bool',
  ),
  LessOrEqual: binary(
    comparison((difference) => difference <= 0),
    'bool',
  ),
  Max: variadic(maximum),
  Min: variadic(minimum),
  Mean: variadic(),
  Sum: variadic(add),
  Where: where,
  BitCast: (context) => [tensorFact(attributeType(context, 'to') ?? 'undefined', context.shape(0))],
  Cast: (context) => castTo(context, attributeType(context, 'to') ?? 'undefined'),
  CastLike: (context) => castTo(context, context.elementType(1)),
};
