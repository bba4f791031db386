import { constantTensor, type Node, type Value } from '@sentei/ir';

/** A sign that all elements of a value share. */
export type Sign = 'non-negative' | 'non-positive';

/** No element is below `least` or above `most`, unless it is not a number. */
interface Range {
  readonly least: number;
  readonly most: number;
}

const ANYTHING: Range = { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY };
const NOTHING: Range = { least: Number.POSITIVE_INFINITY, most: Number.NEGATIVE_INFINITY };
const SHARE: Range = { least: 0, most: 1 };

/** Operators that move, copy or select elements of their first input. */
const MOVING = [
  ...['Identity', 'Reshape', 'Transpose', 'Unsqueeze', 'Squeeze', 'Slice', 'Expand', 'Flatten', 'Gather'],
  ...['GatherElements', 'Tile', 'Split', 'Dropout', 'ReduceMean', 'ReduceMax', 'ReduceMin'],
];

/** float32, float16, float64, bfloat16 */
const FLOAT_TYPES = [1, 10, 11, 16];

/** How far a proof may reach back; deeper expressions count as unknown. */
const DEPTH_LIMIT = 24;

/** Constants of more elements are not read. */
const MOST_ELEMENTS = 65_536;

/**
 * Proves from the operators alone that every element of `value`, whatever the inputs of the model, is at least or at most
 * zero (or NaN). Forget gates are recognised by it: log sigmoid is never positive, however an exporter writes it. All
 * functions that are followed are monotone and round to numbers that keep their order, so the proof holds after rounding.
 */
export function hasSign(value: Value | undefined, sign: Sign): boolean {
  const { least, most } = rangeOf(value, DEPTH_LIMIT);
  return sign === 'non-negative' ? least >= 0 : most <= 0;
}

/** Whether every element is proven to lie between 0 and 1, or not to be a number. */
export function isShare(value: Value | undefined): boolean {
  const { least, most } = rangeOf(value, DEPTH_LIMIT);
  return least >= 0 && most <= 1;
}

function rangeOf(value: Value | undefined, depth: number): Range {
  if (value === undefined || depth === 0) return ANYTHING;
  const constant = constantTensor(value);
  if (constant !== undefined) {
    if (!/float|int/.test(constant.dataType) || constant.size > MOST_ELEMENTS) return ANYTHING;
    return constant.numbers().reduce(include, NOTHING);
  }
  const node = value.producer;
  if (node === null || !node.is(node.opType)) return ANYTHING;
  if (node.output(0) !== value && !node.is('Split')) return ANYTHING;
  const at = (index: number) => rangeOf(node.input(index), depth - 1);
  if (node.is(...MOVING)) return at(0);
  // Casts to integers or bool wrap around or lose the sign.
  if (node.is('Cast')) return FLOAT_TYPES.includes(node.int('to') ?? 0) ? at(0) : ANYTHING;
  if (node.is('Where')) return unite(chosen(node, 1, depth), chosen(node, 2, depth));
  const all = () => node.inputs.map((_, index) => at(index));
  return operatorRange(node, at, all);
}

function operatorRange(node: Node, at: (index: number) => Range, all: () => Range[]): Range {
  const rising = (range: Range, map: (x: number) => number): Range => ({
    least: map(range.least),
    most: map(range.most),
  });
  switch (node.opType) {
    case 'Concat':
      return all().reduce(unite);
    case 'ConstantOfShape': {
      const fill = node.tensor('value')?.numbers()[0] ?? 0;
      return { least: fill, most: fill };
    }
    case 'Add':
    case 'Sum':
      return all().reduce((a, b) => sane(a.least + b.least, a.most + b.most));
    case 'Mean':
      return all().reduce(unite);
    case 'Sub': {
      const [a, b] = [at(0), at(1)];
      return sane(a.least - b.most, a.most - b.least);
    }
    case 'Neg': {
      const { least, most } = at(0);
      return { least: -most, most: -least };
    }
    case 'Mul':
      return signOfProduct(at(0), at(1));
    case 'Div':
      return signOfProduct(at(0), at(1));
    case 'Max':
      return all().reduce((a, b) => ({ least: Math.max(a.least, b.least), most: Math.max(a.most, b.most) }));
    case 'Min':
      return all().reduce((a, b) => ({ least: Math.min(a.least, b.least), most: Math.min(a.most, b.most) }));
    case 'Clip': {
      const [x, low, high] = [at(0), node.input(1) ? at(1) : undefined, node.input(2) ? at(2) : undefined];
      const [floor, ceiling] = [
        low?.least ?? node.float('min') ?? Number.NEGATIVE_INFINITY,
        high?.most ?? node.float('max') ?? Number.POSITIVE_INFINITY,
      ];
      // What is raised to the lower limit may be as large as that limit.
      const raised = Math.max(x.most, low?.most ?? node.float('min') ?? Number.NEGATIVE_INFINITY);
      return { least: Math.max(x.least, floor), most: Math.min(raised, ceiling) };
    }
    case 'CumSum':
    case 'ReduceSum': {
      const { least, most } = at(0);
      return { least: least >= 0 ? 0 : ANYTHING.least, most: most <= 0 ? 0 : ANYTHING.most };
    }
    case 'Exp':
      return rising(at(0), Math.exp);
    case 'Log':
      return rising(at(0), (x) => (x > 0 ? Math.log(x) : Number.NEGATIVE_INFINITY));
    case 'Sqrt':
      return rising(at(0), (x) => Math.sqrt(Math.max(x, 0)));
    case 'Relu':
      return rising(at(0), (x) => Math.max(x, 0));
    case 'Abs': {
      const { least, most } = at(0);
      return { least: Math.max(least, -most, 0), most: Math.max(-least, most) };
    }
    case 'Sigmoid':
    case 'HardSigmoid':
    case 'Softmax':
      return SHARE;
    case 'LogSoftmax':
      return { least: ANYTHING.least, most: 0 };
    case 'Softplus':
      return { least: 0, most: ANYTHING.most };
    case 'Reciprocal':
      return at(0).least >= 0 ? { least: 0, most: ANYTHING.most } : ANYTHING;
    default:
      return ANYTHING;
  }
}

/** What one branch of a Where can come to, the condition considered: Where(x > t, x, …) takes x only above t. */
function chosen(node: Node, branch: 1 | 2, depth: number): Range {
  const value = node.input(branch);
  const range = rangeOf(value, depth - 1);
  const test = node.input(0)?.producer;
  if (!test?.is('Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual')) return range;
  const side = test.input(0) === value ? 0 : test.input(1) === value ? 1 : undefined;
  if (side === undefined || value === undefined) return range;
  const limit = rangeOf(test.input(1 - side), depth - 1);
  const isAbove = (test.opType.startsWith('Greater') === (side === 0)) === (branch === 1);
  return isAbove
    ? { least: Math.max(range.least, limit.least), most: range.most }
    : { least: range.least, most: Math.min(range.most, limit.most) };
}

function signOfProduct(a: Range, b: Range): Range {
  const isPositive = (x: Range) => x.least >= 0;
  const isNegative = (x: Range) => x.most <= 0;
  const same = (isPositive(a) && isPositive(b)) || (isNegative(a) && isNegative(b));
  const opposite = (isPositive(a) && isNegative(b)) || (isNegative(a) && isPositive(b));
  return { least: same ? 0 : ANYTHING.least, most: opposite ? 0 : ANYTHING.most };
}

/** Infinities of both signs add up to nothing that is known. */
function sane(least: number, most: number): Range {
  return {
    least: Number.isNaN(least) ? ANYTHING.least : least,
    most: Number.isNaN(most) ? ANYTHING.most : most,
  };
}

function unite(a: Range, b: Range): Range {
  return { least: Math.min(a.least, b.least), most: Math.max(a.most, b.most) };
}

function include(range: Range, x: number): Range {
  return Number.isNaN(x) ? ANYTHING : unite(range, { least: x, most: x });
}
