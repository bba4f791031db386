import { decodeFloat16, type HostTensor, type TensorOf } from '@sentei/data/tensors';

/** A tensor of anything but strings. */
export type NumberTensor = Exclude<HostTensor, TensorOf<'string'>>;

/** The elements of a tensor as numbers; 64-bit integers lose what a float64 cannot hold. */
export function toNumbers({ type, data }: NumberTensor): ArrayLike<number> {
  if (type === 'int64' || type === 'uint64') return Float64Array.from(data, Number);
  return type === 'float16' ? Float64Array.from(data, decodeFloat16) : data;
}

/** The place, counted from `start`, of the largest of `width` values: of equals the first, NaN never unless all are NaN. */
export function placeOfLargest(values: ArrayLike<number>, start: number, width: number): number {
  let best = 0;
  let largest = Number.NEGATIVE_INFINITY;
  for (let place = 0; place < width; place += 1) {
    const value = values[start + place] ?? Number.NaN;
    if (value > largest) [best, largest] = [place, value];
  }
  return best;
}
