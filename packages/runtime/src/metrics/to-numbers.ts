import { decodeFloat16, type HostTensor } from '@sentei/data';
import { SenteiError } from '@sentei/ir';

/**
 * The elements of a tensor as numbers; 64-bit integers lose what a float64 cannot hold.
 *
 * @throws SenteiError `invalid-data` for strings
 */
export function toNumbers({ type, data }: HostTensor): ArrayLike<number> {
  if (type === 'int64' || type === 'uint64') return Float64Array.from(data, Number);
  if (type === 'float16') return Float64Array.from(data, decodeFloat16);
  if (type === 'string') throw new SenteiError('invalid-data', 'strings are not numbers');
  return data;
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
