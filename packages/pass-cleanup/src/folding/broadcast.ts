/** Shape of two operands broadcast against each other; `undefined` where they do not fit. */
export function broadcastDims(a: readonly number[], b: readonly number[]): number[] | undefined {
  const rank = Math.max(a.length, b.length);
  const dims: number[] = [];
  for (let i = 0; i < rank; i++) {
    const [x, y] = [a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1];
    if (x !== y && x !== 1 && y !== 1) return undefined;
    dims.push(x === 1 ? y : x);
  }
  return dims;
}

/** For every element of a tensor of shape `to`, the position of the element of `from` that it is a copy of. */
export function broadcastPositions(from: readonly number[], to: readonly number[]): number[] {
  const strides = stridesOf(from);
  const offset = to.length - from.length;
  return positions(
    to,
    to.map((_, axis) => (from[axis - offset] === 1 ? 0 : (strides[axis - offset] ?? 0))),
  );
}

/** Positions of a walk over `dims` in row-major order, one step along an axis being `strides[axis]` wide. */
export function positions(dims: readonly number[], strides: readonly number[], start = 0): number[] {
  let result = [start];
  for (const [axis, dim] of dims.entries()) {
    const stride = strides[axis] ?? 0;
    result = result.flatMap((base) => Array.from({ length: dim }, (_, i) => base + i * stride));
  }
  return result;
}

/** Row-major strides in elements. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = dims.map(() => 1);
  for (let axis = dims.length - 2; axis >= 0; axis--)
    strides[axis] = (strides[axis + 1] ?? 1) * (dims[axis + 1] ?? 1);
  return strides;
}

export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}
