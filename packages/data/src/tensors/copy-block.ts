import { encodeFloat16 } from './float16.ts';
import { ARRAY_OF, elementCount, type HostTensor } from './host-tensor.ts';

/** Which end of an axis a smaller tensor is kept at in a larger one: `right` puts what is beyond it on the right. */
export type PaddedSide = 'left' | 'right';

/** A tensor of one value everywhere; strings are empty. */
export function filledTensor(type: HostTensor['type'], dims: readonly number[], value: number): HostTensor {
  const count = elementCount(dims);
  if (type === 'string') return { type, dims, data: new Array<string>(count).fill('') };
  const data = new ARRAY_OF[type](count);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.fill(BigInt(Math.trunc(value)));
  else data.fill(type === 'float16' ? encodeFloat16(value) : value);
  return { type, dims, data } as HostTensor;
}

/** Puts `small` into one corner of row `row` of `large`, whose shape is that of a row of it, or of it when `row` is 0. */
export function insertBlock(
  large: HostTensor,
  row: number,
  rowDims: readonly number[],
  small: HostTensor,
  side: PaddedSide,
): void {
  const start = row * elementCount(rowDims);
  for (const { inSmall, inLarge, count } of runsOf(small.dims, rowDims, side)) {
    copy(small, inSmall, large, start + inLarge, count);
  }
}

/** The corner of shape `dims` of row `row` of a tensor whose axis 0 are rows. */
export function extractBlock(
  large: HostTensor,
  row: number,
  dims: readonly number[],
  side: PaddedSide,
): HostTensor {
  const rowDims = large.dims.slice(1);
  const start = row * elementCount(rowDims);
  const small = filledTensor(large.type, dims, 0);
  for (const { inSmall, inLarge, count } of runsOf(dims, rowDims, side)) {
    copy(large, start + inLarge, small, inSmall, count);
  }
  return small;
}

function copy(source: HostTensor, from: number, target: HostTensor, to: number, count: number): void {
  if (source.type !== 'string' && target.type !== 'string') {
    const width = source.data.BYTES_PER_ELEMENT;
    const bytes = new Uint8Array(source.data.buffer, source.data.byteOffset + from * width, count * width);
    new Uint8Array(target.data.buffer, target.data.byteOffset, target.data.byteLength).set(bytes, to * width);
  } else if (source.type === 'string' && target.type === 'string') {
    const texts = target.data as string[];
    for (let index = 0; index < count; index++) texts[to + index] = source.data[from + index] ?? '';
  }
}

/** Where the contiguous pieces of a tensor of shape `small` lie in one of shape `large`. */
function* runsOf(
  small: readonly number[],
  large: readonly number[],
  side: PaddedSide,
): Iterable<{ inSmall: number; inLarge: number; count: number }> {
  // Axes that are equal from the end on are one run, together with the first one that is not.
  let axis = small.length;
  let run = 1;
  while (axis > 0 && small[axis - 1] === large[axis - 1]) run *= small[--axis] ?? 1;
  if (axis === 0) {
    yield { inSmall: 0, inLarge: 0, count: run };
    return;
  }
  const shift = (at: number): number => (side === 'left' ? (large[at] ?? 0) - (small[at] ?? 0) : 0);
  const count = run * (small[axis - 1] ?? 0);
  const total = elementCount(small.slice(0, axis - 1));
  for (let index = 0; index < total; index++) {
    let rest = index;
    let inLarge = shift(axis - 1) * run;
    let stride = run * (large[axis - 1] ?? 0);
    for (let at = axis - 2; at >= 0; at--) {
      const size = small[at] ?? 1;
      inLarge += ((rest % size) + shift(at)) * stride;
      rest = Math.floor(rest / size);
      stride *= large[at] ?? 1;
    }
    yield { inSmall: index * count, inLarge, count };
  }
}
