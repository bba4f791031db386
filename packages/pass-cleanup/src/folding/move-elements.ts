import { bitsPerElement, type Node, Tensor } from '@sentei/ir';
import { broadcastDims, broadcastPositions, positions, sizeOf, stridesOf } from './broadcast.ts';
import type { Evaluator, FoldContext } from './types.ts';

/** Operators that move elements without computing with them, for every type with whole bytes per element. */
export const MOVERS: Readonly<Record<string, Evaluator>> = {
  Identity: (_, [data]) => data,
  Reshape: reshape,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Concat: concat,
  Gather: gather,
  Slice: slice,
  Expand: expand,
  Where: where,
  ConstantOfShape: constantOfShape,
};

/** The elements of a tensor at the given positions, in a new shape. */
function take(data: Tensor, dims: readonly number[], from: readonly number[]): Tensor | undefined {
  const width = widthOf(data);
  if (width === undefined) return undefined;
  const source = data.bytes();
  const bytes = new Uint8Array(from.length * width);
  for (const [i, position] of from.entries())
    bytes.set(source.subarray(position * width, (position + 1) * width), i * width);
  return Tensor.fromBytes(data.dataType, dims, bytes);
}

function widthOf({ dataType }: Tensor): number | undefined {
  const bits = bitsPerElement(dataType);
  return bits === undefined || bits % 8 !== 0 ? undefined : bits / 8;
}

function withDims(data: Tensor, dims: readonly number[] | undefined): Tensor | undefined {
  if (dims === undefined || widthOf(data) === undefined || sizeOf(dims) !== data.size) return undefined;
  return Tensor.fromBytes(data.dataType, dims, data.bytes());
}

/** Integers of an operand that moved from attributes to inputs in the course of opsets. */
function integers(node: Node, attribute: string, tensor: Tensor | undefined): number[] | undefined {
  const given = node.ints(attribute);
  if (given !== undefined) return given;
  return tensor?.dataType === 'int64' || tensor?.dataType === 'int32'
    ? tensor.bigints().map(Number)
    : undefined;
}

function axisOf(axis: number, rank: number): number | undefined {
  const counted = axis < 0 ? axis + rank : axis;
  return counted >= 0 && counted < rank ? counted : undefined;
}

function axesOf(axes: readonly number[], rank: number): Set<number> | undefined {
  const counted = axes.flatMap((axis) => axisOf(axis, rank) ?? []);
  return counted.length === axes.length ? new Set(counted) : undefined;
}

function reshape(node: Node, [data, shape]: readonly (Tensor | undefined)[]): Tensor | undefined {
  const wanted = integers(node, 'shape', shape);
  if (data === undefined || wanted === undefined) return undefined;
  const copies = node.int('allowzero') !== 1;
  const dims = wanted.map((dim, i) => (dim === 0 && copies ? data.dims[i] : dim));
  const known = dims.filter((dim) => dim !== undefined && dim !== -1) as number[];
  const open = dims.length - known.length;
  if (open === 0) return withDims(data, known);
  const rest = data.size / sizeOf(known);
  if (open > 1 || dims.includes(undefined) || !Number.isInteger(rest)) return undefined;
  return withDims(
    data,
    dims.map((dim) => (dim === -1 || dim === undefined ? rest : dim)),
  );
}

function squeeze(node: Node, [data, given]: readonly (Tensor | undefined)[]): Tensor | undefined {
  if (data === undefined) return undefined;
  const all = !node.attributes.has('axes') && given === undefined;
  const listed = all ? data.dims.flatMap((dim, i) => (dim === 1 ? [i] : [])) : integers(node, 'axes', given);
  const axes = listed && axesOf(listed, data.dims.length);
  if (axes === undefined || [...axes].some((axis) => data.dims[axis] !== 1)) return undefined;
  return withDims(
    data,
    data.dims.filter((_, i) => !axes.has(i)),
  );
}

function unsqueeze(node: Node, [data, given]: readonly (Tensor | undefined)[]): Tensor | undefined {
  const listed = integers(node, 'axes', given);
  if (data === undefined || listed === undefined) return undefined;
  const rank = data.dims.length + listed.length;
  const axes = axesOf(listed, rank);
  if (axes?.size !== listed.length) return undefined;
  const rest = [...data.dims];
  return withDims(
    data,
    Array.from({ length: rank }, (_, i) => (axes.has(i) ? 1 : (rest.shift() ?? 1))),
  );
}

function transpose(node: Node, [data]: readonly (Tensor | undefined)[]): Tensor | undefined {
  if (data === undefined) return undefined;
  const order = node.ints('perm') ?? data.dims.map((_, i) => data.dims.length - 1 - i);
  const strides = stridesOf(data.dims);
  const dims = order.flatMap((axis) => data.dims[axis] ?? []);
  if (dims.length !== data.dims.length) return undefined;
  const from = positions(
    dims,
    order.map((axis) => strides[axis] ?? 0),
  );
  return take(data, dims, from);
}

function concat(
  node: Node,
  parts: readonly (Tensor | undefined)[],
  context: FoldContext,
): Tensor | undefined {
  const [first] = parts;
  const axis = first && axisOf(node.int('axis') ?? 1, first.dims.length);
  const width = first && widthOf(first);
  if (first === undefined || axis === undefined || width === undefined) return undefined;
  const tensors = parts.flatMap((part) => (part?.dataType === first.dataType ? [part] : []));
  const rest = (tensor: Tensor) => `${tensor.dims.map((dim, i) => (i === axis ? '*' : dim))}`;
  if (tensors.length !== parts.length || tensors.some((tensor) => rest(tensor) !== rest(first)))
    return undefined;
  const extent = tensors.reduce((sum, tensor) => sum + (tensor.dims[axis] ?? 0), 0);
  const dims = first.dims.map((dim, i) => (i === axis ? extent : dim));
  if (!context.fits(dims, first.dataType)) return undefined;
  const rows = sizeOf(first.dims.slice(0, axis));
  const chunks: Uint8Array[] = [];
  for (let row = 0; row < rows; row++) {
    for (const tensor of tensors) {
      const length = tensor.byteLength / rows;
      chunks.push(tensor.bytes().subarray(row * length, (row + 1) * length));
    }
  }
  return Tensor.fromBytes(first.dataType, dims, Uint8Array.from(Buffer.concat(chunks)));
}

function gather(
  node: Node,
  [data, indices]: readonly (Tensor | undefined)[],
  context: FoldContext,
): Tensor | undefined {
  const axis = data && axisOf(node.int('axis') ?? 0, data.dims.length);
  const chosen = integers(node, '', indices);
  if (data === undefined || indices === undefined || axis === undefined || chosen === undefined)
    return undefined;
  const extent = data.dims[axis] ?? 0;
  const rows = chosen.map((index) => (index < 0 ? index + extent : index));
  if (rows.some((row) => row < 0 || row >= extent)) return undefined;
  const [before, after] = [data.dims.slice(0, axis), data.dims.slice(axis + 1)];
  const dims = [...before, ...indices.dims, ...after];
  if (!context.fits(dims, data.dataType)) return undefined;
  const inner = sizeOf(after);
  const from = positions(before, stridesOf([...before, extent * inner]).slice(0, -1)).flatMap((base) =>
    rows.flatMap((row) => Array.from({ length: inner }, (_, i) => base + row * inner + i)),
  );
  return take(data, dims, from);
}

function slice(node: Node, inputs: readonly (Tensor | undefined)[]): Tensor | undefined {
  const [data] = inputs;
  const [starts, ends] = [integers(node, 'starts', inputs[1]), integers(node, 'ends', inputs[2])];
  if (data === undefined || starts === undefined || ends?.length !== starts.length) return undefined;
  const axes = integers(node, 'axes', inputs[3]) ?? starts.map((_, i) => i);
  const steps = integers(node, '', inputs[4]) ?? starts.map(() => 1);
  const strides = stridesOf(data.dims);
  const dims = [...data.dims];
  let offset = 0;
  for (const [i, begin] of starts.entries()) {
    const axis = axisOf(axes[i] ?? 0, data.dims.length);
    // A step backwards clamps in ways of its own, and no shape arithmetic takes one.
    const step = steps[i] ?? 0;
    if (axis === undefined || step < 1) return undefined;
    const extent = data.dims[axis] ?? 0;
    const clamp = (at: number) => Math.min(Math.max(at < 0 ? at + extent : at, 0), extent);
    const [from, to] = [clamp(begin), clamp(ends[i] ?? 0)];
    const stride = strides[axis] ?? 0;
    dims[axis] = Math.max(0, Math.ceil((to - from) / step));
    offset += from * stride;
    strides[axis] = stride * step;
  }
  if (new Set(axes.map((axis) => axisOf(axis, dims.length))).size !== axes.length) return undefined;
  return take(data, dims, positions(dims, strides, offset));
}

function expand(
  _: Node,
  [data, shape]: readonly (Tensor | undefined)[],
  context: FoldContext,
): Tensor | undefined {
  const wanted = shape?.bigints().map(Number);
  const dims = data && wanted && broadcastDims(data.dims, wanted);
  if (data === undefined || dims === undefined || !context.fits(dims, data.dataType)) return undefined;
  return take(data, dims, broadcastPositions(data.dims, dims));
}

function where(
  _: Node,
  [condition, x, y]: readonly (Tensor | undefined)[],
  context: FoldContext,
): Tensor | undefined {
  if (condition === undefined || x === undefined || x.dataType !== y?.dataType) return undefined;
  const both = broadcastDims(x.dims, y.dims);
  const dims = both && broadcastDims(condition.dims, both);
  const width = widthOf(x);
  if (dims === undefined || width === undefined || !context.fits(dims, x.dataType)) return undefined;
  const chosen = condition.bytes();
  const sources = [x, y].map((tensor) => ({
    bytes: tensor.bytes(),
    from: broadcastPositions(tensor.dims, dims),
  }));
  // ONNX Runtime adds the two choices up, which turns -0 into 0; other runtimes need not.
  if (x.isFloat && [x, y].some((tensor) => tensor.numbers().some((value) => Object.is(value, -0))))
    return undefined;
  const bytes = new Uint8Array(sizeOf(dims) * width);
  for (const [i, at] of broadcastPositions(condition.dims, dims).entries()) {
    const source = sources[chosen[at] === 0 ? 1 : 0];
    const position = (source?.from[i] ?? 0) * width;
    if (source) bytes.set(source.bytes.subarray(position, position + width), i * width);
  }
  return Tensor.fromBytes(x.dataType, dims, bytes);
}

function constantOfShape(
  node: Node,
  [shape]: readonly (Tensor | undefined)[],
  context: FoldContext,
): Tensor | undefined {
  const dims = shape?.bigints().map(Number);
  const value = node.tensor('value') ?? Tensor.floats([0], [1]);
  if (dims === undefined || value.size !== 1 || !context.fits(dims, value.dataType)) return undefined;
  return take(
    value,
    dims,
    Array.from({ length: sizeOf(dims) }, () => 0),
  );
}
