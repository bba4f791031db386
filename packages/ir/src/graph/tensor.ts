import { Float16Array } from '@petamoriken/float16';
import type { Int64, TensorProto } from '../codec/messages.ts';
import { copyMessage } from '../codec/wire.ts';
import { SenteiError } from '../errors.ts';
import { bitsPerElement, DATA_TYPES, type DataType, dataTypeName } from './data-type.ts';
import type { ExternalRange } from './external-data.ts';

/**
 * A handle on constant numbers: a view into the file they came from, a range of an external file, or an array made by a
 * pass. The numbers are decoded when a pass asks for them, never before, and an untouched tensor keeps its encoding.
 */
export class Tensor {
  readonly dims: readonly number[];
  readonly dataType: DataType;
  /** Where the bytes lie when they are not in the model file. */
  readonly external: ExternalRange | undefined;
  readonly #message: TensorProto;

  private constructor(message: TensorProto, external?: ExternalRange) {
    this.#message = message;
    this.dims = (message.dims ?? []).map(Number);
    this.dataType = dataTypeName(message.dataType ?? 0) ?? 'undefined';
    this.external = external;
  }

  /** Wraps a decoded message without copying its bytes. */
  static fromMessage(message: TensorProto, external?: ExternalRange): Tensor {
    return new Tensor(message, external);
  }

  /**
   * Makes a tensor from little-endian element bytes.
   *
   * @throws SenteiError `invalid-graph` when the number of bytes does not fit `dims` and `dataType`.
   */
  static fromBytes(dataType: DataType, dims: readonly number[], bytes: Uint8Array): Tensor {
    const expected = byteLength(dataType, dims);
    if (expected !== bytes.byteLength) {
      throw new SenteiError(
        'invalid-graph',
        `a ${dataType} tensor [${dims}] takes ${expected} bytes, not ${bytes.length}`,
      );
    }
    return new Tensor({ dims: [...dims], dataType: DATA_TYPES[dataType], rawData: bytes });
  }

  /** Makes a float tensor from numbers, rounding them to `dataType` (to nearest, ties to even). */
  static floats(
    values: ArrayLike<number>,
    dims: readonly number[] = [values.length],
    dataType: 'float16' | 'float32' | 'float64' | 'bfloat16' = 'float32',
  ): Tensor {
    return Tensor.fromBytes(dataType, dims, encodeFloats(values, dataType));
  }

  static int64(values: readonly (number | bigint)[], dims: readonly number[] = [values.length]): Tensor {
    const data = BigInt64Array.from(values, BigInt);
    return Tensor.fromBytes('int64', dims, new Uint8Array(data.buffer));
  }

  static bool(values: readonly boolean[], dims: readonly number[] = [values.length]): Tensor {
    return Tensor.fromBytes('bool', dims, Uint8Array.from(values, Number));
  }

  /** Number of elements. */
  get size(): number {
    return this.dims.reduce((product, dim) => product * dim, 1);
  }

  /** Bytes the elements take when packed; 0 for strings. */
  get byteLength(): number {
    return byteLength(this.dataType, this.dims) ?? 0;
  }

  get isFloat(): boolean {
    return ['float16', 'bfloat16', 'float32', 'float64'].includes(this.dataType);
  }

  /**
   * Packed little-endian bytes of the elements. A view wherever the file holds them as raw data.
   *
   * @throws SenteiError `external-data` when an external range cannot be read,
   *   `invalid-graph` when the data does not fill the shape.
   */
  bytes(): Uint8Array {
    const expected = this.byteLength;
    const bytes = this.external?.read(expected) ?? this.#message.rawData ?? this.#typedBytes();
    if (bytes.byteLength !== expected) {
      const subject = this.#message.name ?? 'a tensor';
      throw new SenteiError(
        'invalid-graph',
        `tensor ${subject} holds ${bytes.length} bytes where its shape takes ${expected}`,
        {
          subject,
        },
      );
    }
    return bytes;
  }

  /** Elements as numbers; 64-bit integers beyond 2^53 lose precision here, see `bigints`. */
  numbers(): Float64Array {
    return decodeNumbers(this.bytes(), this.dataType, this.size);
  }

  /** Elements of an integer or bool tensor. */
  bigints(): bigint[] {
    const bytes = this.bytes();
    if (this.dataType === 'int64') return [...new BigInt64Array(aligned(bytes).buffer)];
    if (this.dataType === 'uint64') return [...new BigUint64Array(aligned(bytes).buffer)];
    return Array.from(decodeNumbers(bytes, this.dataType, this.size), BigInt);
  }

  /** The message to write under `name`, with the encoding and unknown fields of the file. */
  toMessage(name: string | undefined): TensorProto {
    const message = copyMessage(this.#message);
    if (name !== undefined && (message.name ?? '') !== name) message.name = name;
    return message;
  }

  #typedBytes(): Uint8Array {
    const message = this.#message;
    switch (this.dataType) {
      case 'float32':
        return new Uint8Array(Float32Array.from(message.floatData ?? []).buffer);
      case 'complex64':
        return new Uint8Array(Float32Array.from(message.floatData ?? []).buffer);
      case 'float64':
      case 'complex128':
        return new Uint8Array(Float64Array.from(message.doubleData ?? []).buffer);
      case 'int64':
        return new Uint8Array(BigInt64Array.from(message.int64Data ?? [], toBigInt).buffer);
      case 'uint64':
        return new Uint8Array(BigUint64Array.from(message.uint64Data ?? [], toBigInt).buffer);
      case 'uint32':
        return new Uint8Array(Uint32Array.from(message.uint64Data ?? [], Number).buffer);
      case 'int32':
        return new Uint8Array(Int32Array.from(message.int32Data ?? []).buffer);
      case 'int16':
      case 'uint16':
      case 'float16':
      case 'bfloat16':
        return new Uint8Array(Uint16Array.from(message.int32Data ?? []).buffer);
      default:
        return Uint8Array.from(message.int32Data ?? []);
    }
  }
}

function toBigInt(value: Int64): bigint {
  return BigInt(value.toString());
}

function byteLength(dataType: DataType, dims: readonly number[]): number | undefined {
  const bits = bitsPerElement(dataType);
  const size = dims.reduce((product, dim) => product * dim, 1);
  return bits === undefined ? undefined : Math.ceil((size * bits) / 8);
}

/** A copy in a buffer of its own: typed arrays wider than a byte need an aligned offset. */
function aligned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes.byteLength);
  copy.set(bytes);
  return copy;
}

function decodeNumbers(bytes: Uint8Array, dataType: DataType, size: number): Float64Array {
  const buffer = aligned(bytes).buffer;
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
    default:
      throw new SenteiError(
        'unsupported-model',
        `${size} elements of type ${dataType} cannot be read as numbers`,
      );
  }
}

function encodeFloats(
  values: ArrayLike<number>,
  dataType: 'float16' | 'float32' | 'float64' | 'bfloat16',
): Uint8Array {
  switch (dataType) {
    case 'float32':
      return new Uint8Array(Float32Array.from(values).buffer);
    case 'float64':
      return new Uint8Array(Float64Array.from(values).buffer);
    case 'float16':
      return new Uint8Array(Float16Array.from(values).buffer);
    case 'bfloat16': {
      const bits = new Uint32Array(Float32Array.from(values).buffer);
      return new Uint8Array(Uint16Array.from(bits, (b) => (b + 0x7fff + ((b >>> 16) & 1)) >>> 16).buffer);
    }
  }
}
