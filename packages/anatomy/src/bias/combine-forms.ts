import { DATA_TYPES, type DataType, type Node } from '@sentei/ir';
import { emitForm, isFree, isOfDistance, type PositionForm, zipHeads } from './position-form.ts';

type Steps = NonNullable<PositionForm['steps']>;
type Samples = NonNullable<PositionForm['samples']>;

const TYPE_NAMES = new Map<number, DataType>(
  Object.entries(DATA_TYPES).map(([name, code]) => [code, name as DataType]),
);

const INTEGER = /^u?int/;

const UNARY: Readonly<Record<string, (x: number) => number>> = {
  Abs: Math.abs,
  Ceil: Math.ceil,
  Exp: Math.exp,
  Floor: Math.floor,
  Identity: (x) => x,
  Log: Math.log,
  Neg: (x) => -x,
  Not: (x) => Number(x === 0),
  Reciprocal: (x) => 1 / x,
  Relu: (x) => Math.max(x, 0),
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  Sign: Math.sign,
  Softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  Sqrt: Math.sqrt,
  Tanh: Math.tanh,
};

const BINARY: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  And: (a, b) => Number(a !== 0 && b !== 0),
  Div: (a, b) => a / b,
  Equal: (a, b) => Number(a === b),
  Greater: (a, b) => Number(a > b),
  GreaterOrEqual: (a, b) => Number(a >= b),
  Less: (a, b) => Number(a < b),
  LessOrEqual: (a, b) => Number(a <= b),
  Max: Math.max,
  Min: Math.min,
  Mul: (a, b) => a * b,
  Or: (a, b) => Number(a !== 0 || b !== 0),
  Pow: (a, b) => a ** b,
  Sub: (a, b) => a - b,
};

const TRUTHS = ['And', 'Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Not', 'Or'];

/** Whether `combineForms` knows an operator: each element of its output follows from the same elements of its inputs. */
export function isElementwise(node: Node): boolean {
  return node.is(...Object.keys(UNARY), ...Object.keys(BINARY), 'Cast', 'Clip', 'Where');
}

/**
 * The form of an elementwise operator over forms, `undefined` where it is neither affine nor a function of the distance.
 *
 * @param forms one for each input of the node; `undefined` for inputs that are left out
 */
export function combineForms(
  node: Node,
  forms: readonly (PositionForm | undefined)[],
): PositionForm | undefined {
  const given = forms.filter((form) => form !== undefined);
  const [first] = given;
  if (first === undefined) return undefined;
  const dataType = outputType(node, given) ?? first.dataType;
  const samples = sampled(node, forms, dataType);
  const isConstant = given.every(isFree);
  const heads = samples?.map(() => 0) ?? [0];
  const steps = isConstant ? { query: heads, key: heads } : affine(node, forms, dataType);
  const counted = new Set(given.map((form) => form.counted).filter((mask) => mask !== undefined));
  const [mask] = counted;
  if (mask !== undefined)
    return steps && counted.size === 1
      ? { dataType, steps, samples: undefined, emit: undefined, counted: mask }
      : undefined;
  if (steps === undefined && (samples === undefined || !given.every(isOfDistance))) return undefined;
  const canEmit = samples !== undefined && given.every((form) => form.emit !== undefined);
  return {
    dataType,
    steps,
    samples,
    emit: canEmit
      ? (b, count, made) => {
          const inputs = forms.map((form) => (form === undefined ? null : emitForm(form, b, count, made)));
          return b.op(node.opType, inputs, { attributes: Object.fromEntries(node.attributes) });
        }
      : undefined,
  };
}

function outputType(node: Node, given: readonly PositionForm[]): DataType | undefined {
  if (node.is('Cast')) return TYPE_NAMES.get(node.int('to') ?? 0);
  if (node.is(...TRUTHS)) return 'bool';
  return given[node.is('Where') ? 1 : 0]?.dataType;
}

/** Numbers at the sampled distances, rounded as float32 and integers are. */
function sampled(
  node: Node,
  forms: readonly (PositionForm | undefined)[],
  dataType: DataType,
): Samples | undefined {
  const operands = forms.map((form) => form?.samples);
  if (operands.some((samples, index) => samples === undefined && forms[index] !== undefined))
    return undefined;
  const at = (index: number) => operands[index];
  const round = rounding(dataType);
  const [a, b, c] = [at(0), at(1), at(2)];
  if (a === undefined) return undefined;
  const map = (samples: Samples, f: (x: number) => number) =>
    samples.map((sample) => sample.map((x) => round(f(x))));
  const zip = (left: Samples, right: Samples, f: (x: number, y: number) => number) =>
    zipHeads(left, right, (x, y) => zipSamples(x, y, (p, q) => round(f(p, q))));
  if (node.is('Cast')) return dataType === 'bool' ? map(a, (x) => Number(x !== 0)) : map(a, (x) => x);
  const unary = UNARY[node.opType];
  if (unary !== undefined) return map(a, unary);
  if (node.is('Clip')) {
    const floored = b === undefined ? a : zip(a, b, Math.max);
    return floored && c !== undefined ? zip(floored, c, Math.min) : floored;
  }
  if (node.is('Where')) {
    if (b === undefined || c === undefined) return undefined;
    // NaN stands for neither, so that a branch that does not exist makes no difference where it is not taken.
    const whenTrue = zip(a, b, (condition, x) => (condition === 0 ? 0 : x));
    const whenFalse = zip(a, c, (condition, x) => (condition === 0 ? x : 0));
    return whenTrue && whenFalse && zip(whenTrue, whenFalse, (x, y) => x + y);
  }
  const binary = BINARY[node.opType];
  if (binary === undefined || b === undefined || operands.length !== 2) return undefined;
  return zip(a, b, binary);
}

function rounding(dataType: DataType): (x: number) => number {
  if (dataType === 'float32') return Math.fround;
  return INTEGER.test(dataType) ? Math.trunc : (x) => x;
}

function zipSamples(
  a: Float64Array,
  b: Float64Array,
  combine: (a: number, b: number) => number,
): Float64Array {
  const result = new Float64Array(Math.max(a.length, b.length));
  for (let index = 0; index < result.length; index += 1) {
    const [x, y] = [a[a.length === 1 ? 0 : index], b[b.length === 1 ? 0 : index]];
    result[index] = combine(x ?? Number.NaN, y ?? Number.NaN);
  }
  return result;
}

/** Steps of what stays affine, of all inputs or for all keys that are not after the query. */
function affine(
  node: Node,
  forms: readonly (PositionForm | undefined)[],
  dataType: DataType,
): Steps | undefined {
  const [a, b, c] = forms;
  if (a?.steps === undefined) return undefined;
  if (node.is('Identity')) return a.steps;
  if (node.is('Cast')) return keepsPositions(a, dataType) ? a.steps : undefined;
  if (node.is('Neg')) return scaled(a.steps, [-1]);
  if (node.is('Abs')) {
    const sign = signOf(a);
    return sign === undefined ? undefined : scaled(a.steps, [sign]);
  }
  if (node.is('Relu', 'Clip')) {
    // Clip(x, 0, none) of what is never negative is x itself.
    const isFloored = node.is('Relu') || (c === undefined && b !== undefined && isZero(b));
    return isFloored && signOf(a) === 1 ? a.steps : undefined;
  }
  if (b?.steps === undefined) return undefined;
  if (node.is('Add')) return added(a.steps, b.steps);
  if (node.is('Sub')) return added(a.steps, scaled(b.steps, [-1]));
  if (node.is('Mul')) {
    if (isFree(b) && b.samples !== undefined) return scaled(a.steps, numbersOf(b.samples));
    return isFree(a) && a.samples !== undefined ? scaled(b.steps, numbersOf(a.samples)) : undefined;
  }
  if (node.is('Div') && !INTEGER.test(dataType) && isFree(b) && b.samples !== undefined) {
    return scaled(
      a.steps,
      numbersOf(b.samples).map((x) => 1 / x),
    );
  }
  if (node.is('Max', 'Min')) return chosen(node.is('Max'), a, b);
  return undefined;
}

/** Steps of the larger or the smaller of a form that never changes its sign and zero. */
function chosen(larger: boolean, a: PositionForm, b: PositionForm): Steps | undefined {
  const [form, zero] = isZero(b) ? [a, b] : [b, a];
  if (!isZero(zero)) return undefined;
  const sign = signOf(form);
  if (sign === undefined) return undefined;
  return sign === (larger ? 1 : -1) ? form.steps : zero.steps;
}

function isZero(form: PositionForm): boolean {
  return isFree(form) && form.samples?.every((sample) => sample[0] === 0) === true;
}

/** 1 for an affine form that is never negative where the key is not after the query, −1 for one never positive. */
function signOf(form: PositionForm): 1 | -1 | undefined {
  const { steps, samples } = form;
  if (steps === undefined || samples === undefined || !isOfDistance(form)) return undefined;
  const origins = numbersOf(samples);
  const all = (holds: (x: number) => boolean) => steps.query.every(holds) && origins.every(holds);
  if (all((x) => x >= 0)) return 1;
  return all((x) => x <= 0) ? -1 : undefined;
}

/** Casts that every position up to 2²⁴ survives; to integers only what is one already. */
function keepsPositions({ steps, samples }: PositionForm, to: DataType): boolean {
  if (to === 'float32' || to === 'float64') return true;
  if ((to !== 'int64' && to !== 'int32') || steps === undefined || samples === undefined) return false;
  return [...steps.query, ...steps.key, ...numbersOf(samples)].every(Number.isInteger);
}

function numbersOf(samples: Samples): number[] {
  return samples.map((sample) => sample[0] ?? Number.NaN);
}

function scaled(steps: Steps, factors: readonly number[]): Steps | undefined {
  const query = zipHeads(steps.query, factors, (step, factor) => step * factor);
  const key = zipHeads(steps.key, factors, (step, factor) => step * factor);
  return query && key && { query, key };
}

function added(a: Steps, b: Steps | undefined): Steps | undefined {
  const query = b && zipHeads(a.query, b.query, (x, y) => x + y);
  const key = b && zipHeads(a.key, b.key, (x, y) => x + y);
  return query && key && { query, key };
}
