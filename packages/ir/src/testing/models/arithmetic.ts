import type { AttributeValue } from '../../graph/attribute.ts';
import { DATA_TYPES } from '../../graph/data-type.ts';
import { Tensor } from '../../graph/tensor.ts';
import { tensorType } from '../../graph/type.ts';
import { type Item, isSameShape, lastOf, type Pool, withLast } from './pool.ts';

/** A step of a random model: reads `x` and others by `pick`, and adds values. None where `x` does not suit it. */
export type Step = (pool: Pool, x: Item, pick: number) => readonly Item[];

const UNARY = ['Neg', 'Abs', 'Relu', 'Identity', 'Tanh', 'Sigmoid'] as const;
const BINARY = ['Add', 'Sub', 'Mul', 'Max'] as const;

/** Steps that compute numbers. */
export const ARITHMETIC: Readonly<Record<string, Step>> = {
  unary(pool, { value, shape, bound }, pick) {
    const op = UNARY[pick % UNARY.length] ?? 'Neg';
    return [pool.apply(op, [value], shape, op === 'Tanh' || op === 'Sigmoid' ? 1 : bound)];
  },
  root(pool, { value, shape, bound }) {
    const absolute = pool.apply('Abs', [value], shape, bound);
    return [pool.apply('Sqrt', [absolute.value], shape, Math.sqrt(bound) + 1)];
  },
  binary(pool, x, pick) {
    const op = BINARY[pick % BINARY.length] ?? 'Add';
    const other = pool.items.filter(({ shape }) => isSameShape(shape, x.shape));
    const y = other[pick % other.length] ?? x;
    return [
      pool.apply(op, [x.value, y.value], x.shape, op === 'Mul' ? x.bound * y.bound : x.bound + y.bound),
    ];
  },
  broadcast(pool, { value, shape, bound }, pick) {
    const last = lastOf(shape);
    const dims = pick % 3 === 0 || last === undefined ? [] : pick % 3 === 1 ? [last] : [1, last];
    if (dims.length > shape.length) return [];
    const op = BINARY[pick % BINARY.length] ?? 'Add';
    return [pool.apply(op, [value, pool.weight(dims, pick)], shape, bound + 1)];
  },
  neutral(pool, { value, shape, bound }, pick) {
    const number = pick % 2;
    const op = number === 0 ? (pick % 4 === 0 ? 'Add' : 'Sub') : pick % 4 === 1 ? 'Mul' : 'Div';
    return [pool.apply(op, [value, pool.builder.float32([number], [])], shape, bound)];
  },
  duplicate(pool, { value, shape, bound }, pick) {
    const op = UNARY[pick % 3] ?? 'Neg';
    const [a, b] = [0, 1].map(() => pool.apply(op, [value], shape, bound).value);
    return [pool.apply('Add', [a ?? value, b ?? value], shape, 2 * bound)];
  },
  constant(pool, { value, shape, bound }, pick) {
    const types = [tensorType('float32', [])];
    const attributes: Record<string, AttributeValue> =
      pick % 2 === 0 ? { value_float: 0.75 } : { value: Tensor.floats([0.75], []) };
    const constant = pool.builder.op('Constant', [], { attributes, types });
    return [pool.apply('Mul', [value, constant], shape, bound)];
  },
  foldable(pool, { value, shape, bound }, pick) {
    const sum = pool.apply('Add', [pool.weight([1], pick), pool.weight([1], pick + 1)], [1], 2);
    const root = pool.apply('Exp', [pool.apply('Neg', [sum.value], [1], 2).value], [1], 8);
    return shape.length === 0 ? [] : [pool.apply('Mul', [value, root.value], shape, 8 * bound)];
  },
  clip(pool, { value, shape, bound }, pick) {
    const limit = pool.builder.float32([1.5], []);
    const inputs = pick % 2 === 0 ? [value, null, limit] : [value, pool.builder.float32([-1.5], [])];
    return [pool.apply('Clip', inputs, shape, bound + 1.5)];
  },
  product(pool, { value, shape, bound }, pick) {
    const last = lastOf(shape);
    if (last === undefined || shape.length < 2) return [];
    const columns = 1 + (pick % 4);
    const weight = pool.weight([last, columns], pick);
    return [pool.apply('MatMul', [value, weight], withLast(shape, columns), last * bound)];
  },
  softmax(pool, { value, shape }) {
    return shape.length === 0 ? [] : [pool.apply('Softmax', [value], shape, 1, { axis: -1n })];
  },
  norm(pool, { value, shape }, pick) {
    const last = lastOf(shape);
    if (last === undefined) return [];
    const bias = pick % 2 === 0 ? [] : [pool.weight([last], pick + 1)];
    const inputs = [value, pool.weight([last], pick), ...bias];
    return [pool.apply('LayerNormalization', inputs, shape, 4, { axis: -1n, epsilon: 0.125 })];
  },
  cast(pool, { value, shape, bound }) {
    const types = [tensorType('float64', shape)];
    const to = (type: 'float32' | 'float64') => ({ to: BigInt(DATA_TYPES[type]) });
    const wide = pool.builder.op('Cast', [value], { attributes: to('float64'), types });
    const computed = pool.builder.op('Neg', [wide], { types });
    return [pool.apply('Cast', [computed], shape, bound, to('float32'))];
  },
  castToItself(pool, { value, shape, bound }) {
    return [pool.apply('Cast', [value], shape, bound, { to: BigInt(DATA_TYPES.float32) })];
  },
  where(pool, x, pick) {
    const types = [tensorType('bool', x.shape)];
    // No sum of rounded numbers comes near this limit by chance.
    const limit = pool.builder.float32([0.123_456], []);
    const condition = pool.builder.op('Greater', [x.value, limit], { types });
    const other =
      pick % 2 === 0 ? pool.weight([], pick) : pool.apply('Neg', [x.value], x.shape, x.bound).value;
    return [pool.apply('Where', [condition, x.value, other], x.shape, x.bound + 1)];
  },
};
