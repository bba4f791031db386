import { Tensor } from '../../graph/tensor.ts';
import { type Shape, tensorType } from '../../graph/type.ts';
import type { Step } from './arithmetic.ts';
import { extentOf, lastOf, withLast } from './pool.ts';

const REDUCTIONS = ['ReduceMean', 'ReduceSum', 'ReduceMax', 'ReduceMin'] as const;
const LARGEST_EXTENT = 48;

/** Steps that move, select or gather elements. The symbolic axis, where a shape has one, stays the first. */
export const MOVEMENT: Readonly<Record<string, Step>> = {
  reshape(pool, { value, shape, bound }, pick) {
    if (shape.length < 2) return [];
    const size = extentOf(shape.slice(1));
    const flat = [shape[0] ?? null, size];
    const target = pick % 2 === 0 ? [0, size] : [-1, size];
    return [pool.apply('Reshape', [value, pool.builder.int64(target)], flat, bound)];
  },
  shapeChain(pool, { value, shape, bound }, pick) {
    if (shape.length < 2) return [];
    const { builder } = pool;
    const vector = (length: number) => [tensorType('int64', [length])];
    const whole = builder.op('Shape', [value], { types: vector(shape.length) });
    const first =
      pick % 2 === 0
        ? builder.op('Gather', [whole, builder.int64([0])], { types: vector(1) })
        : builder.op(
            'Unsqueeze',
            [
              builder.op('Gather', [whole, builder.constant(Tensor.int64([0], []))], {
                types: [tensorType('int64', [])],
              }),
              builder.int64([0]),
            ],
            { types: vector(1) },
          );
    const size = extentOf(shape.slice(1));
    const fields = { attributes: { axis: 0n }, types: vector(2) };
    const target = builder.op('Concat', [first, builder.int64([size])], fields);
    return [pool.apply('Reshape', [value, target], [shape[0] ?? null, size], bound)];
  },
  transpose(pool, { value, shape, bound }, pick) {
    if (shape.length < 2) return [];
    const axes = shape.map((_, axis) => axis);
    const rest = axes.slice(1);
    const perm = [0, ...(pick % 2 === 0 ? rest : rest.reverse())];
    const moved = perm.map((axis) => shape[axis] ?? null);
    return [pool.apply('Transpose', [value], moved, bound, { perm: perm.map(BigInt) })];
  },
  unsqueeze(pool, { value, shape, bound }, pick) {
    const axis = pool.builder.int64([shape.length]);
    const longer = pool.apply('Unsqueeze', [value, axis], [...shape, 1], bound);
    if (pick % 2 === 0 && shape.length < 4) return [longer];
    return [pool.apply('Squeeze', [longer.value, axis], shape, bound)];
  },
  concat(pool, x, pick) {
    const last = lastOf(x.shape);
    if (last === undefined) return [];
    const isFitting = (shape: Shape) =>
      shape.length === x.shape.length &&
      lastOf(shape) !== undefined &&
      shape.slice(0, -1).every((dim, axis) => dim === x.shape[axis]);
    const fitting = pool.items.filter(({ shape }) => isFitting(shape));
    const y = fitting[pick % fitting.length] ?? x;
    const shape = withLast(x.shape, last + (lastOf(y.shape) ?? 0));
    if (extentOf(shape) > LARGEST_EXTENT) return [];
    return [pool.apply('Concat', [x.value, y.value], shape, Math.max(x.bound, y.bound), { axis: -1n })];
  },
  split(pool, { value, shape, bound }) {
    const last = lastOf(shape);
    if (last === undefined || last < 2) return [];
    const sizes = [1, last - 1];
    const types = sizes.map((size) => tensorType('float32', withLast(shape, size)));
    const inputs = [value, pool.builder.int64(sizes)];
    const parts = pool.builder.ops('Split', inputs, 2, { attributes: { axis: -1n }, types });
    return parts.map((part, index) => ({ value: part, shape: withLast(shape, sizes[index] ?? 1), bound }));
  },
  slice(pool, { value, shape, bound }, pick) {
    const last = lastOf(shape);
    if (last === undefined) return [];
    const { builder } = pool;
    const axis = builder.int64([shape.length - 1]);
    const [start, end, step] =
      pick % 3 === 0 ? [0, last, 1] : pick % 3 === 1 ? [-1, -last - 1, -1] : [0, 1, 1];
    const inputs = [value, builder.int64([start]), builder.int64([end]), axis, builder.int64([step])];
    return [pool.apply('Slice', inputs, pick % 3 === 2 ? withLast(shape, 1) : shape, bound)];
  },
  gather(pool, { value, shape, bound }, pick) {
    const last = lastOf(shape);
    if (last === undefined) return [];
    const indices = pool.builder.int64([pick % last, last - 1]);
    return [pool.apply('Gather', [value, indices], withLast(shape, 2), bound, { axis: -1n })];
  },
  embed(pool, _x, pick) {
    if (pool.indices === undefined) return [];
    const width = 1 + (pick % 3);
    return [pool.apply('Gather', [pool.weight([3, width], pick), pool.indices], ['batch', 3, width], 1)];
  },
  expand(pool, { value, shape, bound }, pick) {
    if (shape.length > 3) return [];
    const target = pick % 2 === 0 ? [1] : [2, ...shape.map(() => 1)];
    const larger = pick % 2 === 0 ? shape : undefined;
    if (larger === undefined && (shape.length === 0 || typeof shape[0] === 'string')) return [];
    return [pool.apply('Expand', [value, pool.builder.int64(target)], larger ?? [2, ...shape], bound)];
  },
  reduce(pool, { value, shape, bound }, pick) {
    const last = lastOf(shape);
    if (last === undefined) return [];
    const op = REDUCTIONS[pick % REDUCTIONS.length] ?? 'ReduceSum';
    const keep = pick % 3 !== 0;
    const attributes = { keepdims: keep ? 1n : 0n };
    const reduced = keep ? withLast(shape, 1) : shape.slice(0, -1);
    return [pool.apply(op, [value, pool.builder.int64([-1])], reduced, last * bound, attributes)];
  },
};
