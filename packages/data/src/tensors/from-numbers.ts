import { decodeFloat16, encodeFloat16Array } from './float16.ts';
import { type HostTensor, hostTensor, type TensorType } from './host-tensor.ts';

/** Least and greatest value of integer types. */
const RANGES: Readonly<Partial<Record<TensorType, readonly [number, number]>>> = {
  int8: [-(2 ** 7), 2 ** 7 - 1],
  int16: [-(2 ** 15), 2 ** 15 - 1],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  uint8: [0, 2 ** 8 - 1],
  uint16: [0, 2 ** 16 - 1],
  uint32: [0, 2 ** 32 - 1],
  uint64: [0, Number.MAX_SAFE_INTEGER],
  bool: [0, 1],
};

/** Why a value is no element of a type, or `undefined`; infinities and NaN are elements of floating-point types. */
export function faultOfNumber(type: TensorType, value: number): string | undefined {
  if (type === 'string') return `${value} is no string`;
  const range = RANGES[type];
  if (!range) return undefined;
  if (!Number.isInteger(value)) return `${value} is no ${type}`;
  return value < range[0] || value > range[1] ? `${value} is beyond ${type}` : undefined;
}

/** A tensor of numbers of which {@link faultOfNumber} finds none at fault. */
export function tensorFromNumbers(
  type: Exclude<TensorType, 'string'>,
  dims: readonly number[],
  values: ArrayLike<number>,
): HostTensor {
  switch (type) {
    case 'float16':
      return hostTensor(type, dims, encodeFloat16Array(values));
    case 'int64':
      return hostTensor(type, dims, BigInt64Array.from(Array.from(values), BigInt));
    case 'uint64':
      return hostTensor(type, dims, BigUint64Array.from(Array.from(values), BigInt));
    case 'float32':
      return hostTensor(type, dims, Float32Array.from(values));
    case 'float64':
      return hostTensor(type, dims, Float64Array.from(values));
    case 'int8':
      return hostTensor(type, dims, Int8Array.from(values));
    case 'int16':
      return hostTensor(type, dims, Int16Array.from(values));
    case 'int32':
      return hostTensor(type, dims, Int32Array.from(values));
    case 'uint16':
      return hostTensor(type, dims, Uint16Array.from(values));
    case 'uint32':
      return hostTensor(type, dims, Uint32Array.from(values));
    case 'uint8':
    case 'bool':
      return hostTensor(type, dims, Uint8Array.from(values));
  }
}

/** Elements as numbers; whole numbers beyond 2^53 lose their last digits. Strings have none. */
export function toNumbers(tensor: HostTensor): ArrayLike<number> {
  switch (tensor.type) {
    case 'string':
      return [];
    case 'float16':
      return Float32Array.from(tensor.data, decodeFloat16);
    case 'int64':
    case 'uint64':
      return Float64Array.from({ length: tensor.data.length }, (_, index) => Number(tensor.data[index]));
    default:
      return tensor.data;
  }
}

/** The first element that is infinite or not a number, or `undefined`. */
export function firstNonFinite(tensor: HostTensor): number | undefined {
  if (tensor.type === 'float16') {
    // All bits of the exponent set.
    const at = tensor.data.findIndex((bits) => (bits & 0x7c00) === 0x7c00);
    return at < 0 ? undefined : at;
  }
  if (tensor.type !== 'float32' && tensor.type !== 'float64') return undefined;
  const { data } = tensor;
  for (let index = 0; index < data.length; index++) if (!Number.isFinite(data[index])) return index;
  return undefined;
}
