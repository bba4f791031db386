import { constantTensor, type Value } from '@sentei/ir';

/** A sign that all elements of a value share. */
export type Sign = 'non-negative' | 'non-positive';

/** Operators that move, copy, select or add up elements: their outputs have the sign that all their data inputs share. */
const SIGN_PRESERVING = new Map<string, 'first' | 'all'>([
  ...['Identity', 'Cast', 'Reshape', 'Transpose', 'Unsqueeze', 'Squeeze', 'Slice', 'Expand', 'Flatten'].map(
    first,
  ),
  ...[
    'CumSum',
    'ReduceSum',
    'ReduceMean',
    'ReduceMax',
    'ReduceMin',
    'Gather',
    'Tile',
    'Split',
    'Dropout',
  ].map(first),
  ...['Add', 'Sum', 'Concat', 'Max', 'Min', 'Mean'].map(all),
]);

/** float32, float16, float64, bfloat16 */
const FLOAT_TYPES = [1, 10, 11, 16];

/** How far a proof may reach back; deeper expressions count as unknown. */
const DEPTH_LIMIT = 24;

/**
 * Proves from the operators alone that every element of `value`, whatever the inputs of the model, is at least or at most
 * zero (or NaN). Forget gates are recognised by it: log sigmoid is never positive, however an exporter writes it.
 */
export function hasSign(value: Value | undefined, sign: Sign, depth = DEPTH_LIMIT): boolean {
  if (value === undefined || depth === 0) return false;
  const constant = constantTensor(value);
  if (constant !== undefined) {
    return (
      constant.isFloat &&
      constant.size <= 65_536 &&
      constant.numbers().every((x) => (sign === 'non-negative' ? x >= 0 : x <= 0))
    );
  }
  const node = value.producer;
  if (node === null || !node.is(node.opType)) return false;
  if (node.output(0) !== value && !node.is('Split')) return false;
  // Casts to integers or bool wrap around or lose the sign.
  if (node.is('Cast') && !FLOAT_TYPES.includes(node.int('to') ?? 0)) return false;
  const holds = (index: number, wanted: Sign) => hasSign(node.input(index), wanted, depth - 1);
  const opposite: Sign = sign === 'non-negative' ? 'non-positive' : 'non-negative';
  const preserving = SIGN_PRESERVING.get(node.opType);
  if (preserving === 'first') return holds(0, sign);
  if (preserving === 'all') {
    const one =
      (node.opType === 'Max' && sign === 'non-negative') ||
      (node.opType === 'Min' && sign === 'non-positive');
    const signs = node.inputs.map((_, index) => holds(index, sign));
    return one ? signs.some(Boolean) : signs.every(Boolean);
  }
  switch (node.opType) {
    case 'Neg':
      return holds(0, opposite);
    case 'Sub':
      return holds(0, sign) && holds(1, opposite);
    case 'Mul':
    case 'Div':
      return (holds(0, sign) && holds(1, 'non-negative')) || (holds(0, opposite) && holds(1, 'non-positive'));
    case 'Where':
      return holds(1, sign) && holds(2, sign);
    case 'LogSoftmax':
      return sign === 'non-positive';
    case 'Log':
      return sign === 'non-positive'
        ? isAtMostOne(node.input(0), depth - 1)
        : isAtLeastOne(node.input(0), depth - 1);
    case 'Softplus':
    case 'Exp':
    case 'Sigmoid':
    case 'HardSigmoid':
    case 'Softmax':
    case 'Relu':
    case 'Abs':
    case 'Sqrt':
    case 'Reciprocal':
      return sign === 'non-negative' && (node.opType !== 'Reciprocal' || holds(0, 'non-negative'));
    default:
      return false;
  }
}

function isAtMostOne(value: Value | undefined, depth: number): boolean {
  const node = value?.producer;
  if (!node || depth === 0) return false;
  if (node.is('Sigmoid', 'HardSigmoid', 'Softmax')) return true;
  return node.is('Exp') && hasSign(node.input(0), 'non-positive', depth);
}

/** 1 + x with x ≥ 0, as in log(1 + exp(x)), and exp of something that is never negative. */
function isAtLeastOne(value: Value | undefined, depth: number): boolean {
  const node = value?.producer;
  if (!node || depth === 0) return false;
  if (node.is('Exp')) return hasSign(node.input(0), 'non-negative', depth);
  if (!node.is('Add')) return false;
  return [0, 1].some((index) => {
    const constant = constantTensor(node.input(index));
    const least =
      constant?.isFloat && constant.size <= 64 ? Math.min(...constant.numbers()) : Number.NEGATIVE_INFINITY;
    return least >= 1 && hasSign(node.input(1 - index), 'non-negative', depth);
  });
}

function first(opType: string): [string, 'first'] {
  return [opType, 'first'];
}

function all(opType: string): [string, 'all'] {
  return [opType, 'all'];
}
