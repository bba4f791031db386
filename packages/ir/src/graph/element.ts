import { Float16Array } from '@petamoriken/float16';
import type { Int64, TensorProto } from '../codec/messages.ts';
import { bitsPerElement, type DataType } from './data-type.ts';
import { smallFloatTable } from './small-floats.ts';

/** Bytes that elements of the shape take when packed; `undefined` for types without a fixed size. */
export function packedLength(dataType: DataType, dims: readonly number[]): number | undefined {
  const bits = bitsPerElement(dataType);
  const size = dims.reduce((product, dim) => product * dim, 1);
  return bits === undefined ? undefined : Math.ceil((size * bits) / 8);
}

/** Packs what a message holds in its typed fields (`float_data`, `int32_data`, …) into little-endian element bytes. */
export function packTypedFields(message: TensorProto, dataType: DataType): Uint8Array {
  switch (dataType) {
    case 'float32':
    case 'complex64':
      return bytesOf(Float32Array.from(message.floatData ?? []));
    case 'float64':
    case 'complex128':
      return bytesOf(Float64Array.from(message.doubleData ?? []));
    case 'int64':
      return bytesOf(BigInt64Array.from(message.int64Data ?? [], toBigInt));
    case 'uint64':
      return bytesOf(BigUint64Array.from(message.uint64Data ?? [], toBigInt));
    case 'uint32':
      return bytesOf(Uint32Array.from(message.uint64Data ?? [], Number));
    case 'int32':
      return bytesOf(Int32Array.from(message.int32Data ?? []));
    case 'int16':
    case 'uint16':
    case 'float16':
    case 'bfloat16':
      return bytesOf(Uint16Array.from(message.int32Data ?? []));
    case 'float6e2m3':
    case 'float6e3m2':
      return packSixBits(message.int32Data ?? []);
    default:
      return Uint8Array.from(message.int32Data ?? []);
  }
}

/** Elements as numbers, from packed little-endian bytes; `undefined` for types that have no numbers here. */
export function decodeNumbers(bytes: Uint8Array, dataType: DataType, size: number): Float64Array | undefined {
  const buffer = ownBuffer(bytes);
  switch (dataType) {
    case 'float32':
      return Float64Array.from(new Float32Array(buffer));
    case 'float64':
      return new Float64Array(buffer);
    case 'float16':
      return Float64Array.from(new Float16Array(buffer));
    case 'bfloat16': {
      const widened = Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16);
      return Float64Array.from(new Float32Array(widened.buffer));
    }
    case 'int64':
      return Float64Array.from(new BigInt64Array(buffer), Number);
    case 'uint64':
      return Float64Array.from(new BigUint64Array(buffer), Number);
    case 'int32':
      return Float64Array.from(new Int32Array(buffer));
    case 'uint32':
      return Float64Array.from(new Uint32Array(buffer));
    case 'int16':
      return Float64Array.from(new Int16Array(buffer));
    case 'uint16':
      return Float64Array.from(new Uint16Array(buffer));
    case 'int8':
      return Float64Array.from(new Int8Array(buffer));
    case 'uint8':
    case 'bool':
      return Float64Array.from(new Uint8Array(buffer));
    case 'uint4':
    case 'uint2':
      return unpack(bytes, bitsPerElement(dataType) ?? 8, size, false);
    case 'int4':
    case 'int2':
      return unpack(bytes, bitsPerElement(dataType) ?? 8, size, true);
    default: {
      const table = smallFloatTable(dataType);
      const patterns = table && unpack(bytes, bitsPerElement(dataType) ?? 8, size, false);
      return patterns?.map((pattern) => table?.[pattern] ?? 0);
    }
  }
}

/** Little-endian bytes of numbers rounded to a float type, to nearest with ties to even. */
export function encodeFloats(
  values: ArrayLike<number>,
  dataType: 'float16' | 'float32' | 'float64' | 'bfloat16',
): Uint8Array {
  switch (dataType) {
    case 'float32':
      return bytesOf(Float32Array.from(values));
    case 'float64':
      return bytesOf(Float64Array.from(values));
    case 'float16':
      return bytesOf(Float16Array.from(values));
    case 'bfloat16':
      return bytesOf(roundToBfloat16(values));
  }
}

/** A copy in a buffer of its own: typed arrays wider than a byte need an aligned offset. */
export function ownBuffer(bytes: Uint8Array): ArrayBuffer {
  const copy = new Uint8Array(bytes.byteLength);
  copy.set(bytes);
  return copy.buffer;
}

/**
 * By way of float32, rounded to odd there so that the second rounding sees which side of a tie the number was on
 * (Boldo and Melquiond, "When double rounding is odd", 2004).
 */
function roundToBfloat16(values: ArrayLike<number>): Uint16Array {
  const single = Float32Array.from(values);
  const words = new Uint32Array(single.buffer);
  return Uint16Array.from(words, (word, index) => {
    const exact = values[index] ?? 0;
    const rounded = single[index] ?? 0;
    if (Number.isNaN(rounded)) return (word >>> 16) | 0x40;
    const towardsZero = Math.abs(rounded) > Math.abs(exact) ? word - 1 : word;
    const bits = rounded === exact ? word : towardsZero | 1;
    return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
  });
}

/** Elements of less than a byte lie in it from the lowest bits up. */
function unpack(bytes: Uint8Array, bits: number, size: number, signed: boolean): Float64Array {
  const unused = 32 - bits;
  return Float64Array.from({ length: size }, (_, index) => {
    const at = Math.floor((index * bits) / 8);
    const wide = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
    const shifted = wide >>> ((index * bits) % 8);
    return signed ? (shifted << unused) >> unused : (shifted << unused) >>> unused;
  });
}

/** Typed fields hold one 6-bit element per entry, raw data a contiguous stream of them from the lowest bits up. */
function packSixBits(elements: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil((elements.length * 6) / 8));
  for (const [index, element] of elements.entries()) {
    const at = Math.floor((index * 6) / 8);
    const wide = (element & 0x3f) << ((index * 6) % 8);
    bytes[at] = (bytes[at] ?? 0) | (wide & 0xff);
    if (wide > 0xff) bytes[at + 1] = wide >>> 8;
  }
  return bytes;
}

function bytesOf(array: { readonly buffer: ArrayBufferLike }): Uint8Array {
  return new Uint8Array(array.buffer);
}

function toBigInt(value: Int64): bigint {
  return BigInt(value.toString());
}
