import { decodeFloat16, type HostTensor } from '@sentei/data';

let float16: Float64Array | undefined;

/** The elements as numbers, bools as 0 and 1, or `undefined` for texts. int64 beyond 2^53 is rounded. */
export function numbersOf({ type, data }: HostTensor): Float64Array | undefined {
  switch (type) {
    case 'string':
      return undefined;
    case 'float64':
      return data;
    case 'int64':
    case 'uint64':
      return Float64Array.from(data, Number);
    case 'float16': {
      float16 ??= Float64Array.from({ length: 2 ** 16 }, (_, bits) => decodeFloat16(bits));
      const table = float16;
      return Float64Array.from(data, (bits) => table[bits] as number);
    }
    default:
      return new Float64Array(data);
  }
}
