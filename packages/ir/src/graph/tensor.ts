import type { TensorProto } from '../codec/messages.ts';
import { copyMessage, ownField } from '../codec/wire.ts';
import { SenteiError } from '../errors.ts';
import { DATA_TYPES, type DataType, dataTypeName } from './data-type.ts';
import { decodeNumbers, encodeFloats, ownBuffer, packedLength, packTypedFields } from './element.ts';
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
  readonly #compute: (() => Uint8Array) | undefined;

  private constructor(message: TensorProto, external?: ExternalRange, compute?: () => Uint8Array) {
    this.#message = message;
    this.#compute = compute;
    this.dims = (message.dims ?? []).map(Number);
    this.dataType = dataTypeName(message.dataType ?? 0) ?? 'undefined';
    this.external = external;
  }

  /**
   * Wraps a decoded message without copying its bytes.
   *
   * @throws SenteiError `invalid-graph` when the shape is negative or beyond 2^53 elements.
   */
  static fromMessage(message: TensorProto, external?: ExternalRange): Tensor {
    const tensor = new Tensor(message, external);
    checkShape(tensor.dims, message.name ?? '');
    return tensor;
  }

  /**
   * Makes a tensor from little-endian element bytes.
   *
   * @throws SenteiError `invalid-graph` when the number of bytes does not fit `dims` and `dataType`.
   */
  static fromBytes(dataType: DataType, dims: readonly number[], bytes: Uint8Array): Tensor {
    checkShape(dims, '');
    const expected = packedLength(dataType, dims);
    if (expected !== bytes.byteLength) {
      throw new SenteiError(
        'invalid-graph',
        `a ${dataType} tensor [${dims}] takes ${expected} bytes, not ${bytes.length}`,
      );
    }
    return new Tensor({ dims: [...dims], dataType: DATA_TYPES[dataType], rawData: bytes });
  }

  /** A tensor whose packed little-endian bytes are asked for each time they are needed. Errors of `bytes` pass through. */
  static lazy(dataType: DataType, dims: readonly number[], bytes: () => Uint8Array): Tensor {
    checkShape(dims, '');
    return new Tensor({ dims: [...dims], dataType: DATA_TYPES[dataType] }, undefined, bytes);
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
    return packedLength(this.dataType, this.dims) ?? 0;
  }

  get isFloat(): boolean {
    return ['float16', 'bfloat16', 'float32', 'float64'].includes(this.dataType);
  }

  /**
   * Packed little-endian bytes of the elements. A view wherever the file holds them as raw data.
   *
   * @throws SenteiError `external-data` when an external range cannot be read, `invalid-graph` when the data does not
   *   fill the shape, `unsupported-model` for strings and types of later versions.
   */
  bytes(): Uint8Array {
    const expected = packedLength(this.dataType, this.dims);
    if (expected === undefined) throw this.#unreadable('bytes');
    const found = this.external?.length ?? this.#inline?.byteLength;
    if (found !== undefined && found !== expected) throw this.#unfilled(found, expected);
    const bytes =
      this.#compute?.() ??
      this.external?.read(expected) ??
      this.#inline ??
      packTypedFields(this.#message, this.dataType);
    if (bytes.byteLength !== expected) throw this.#unfilled(bytes.byteLength, expected);
    return bytes;
  }

  /**
   * Elements as numbers; 64-bit integers beyond 2^53 lose precision here, see `bigints`.
   *
   * @throws SenteiError as `bytes`; `unsupported-model` for complex numbers and floats of 8 bits or less.
   */
  numbers(): Float64Array {
    const numbers = decodeNumbers(this.bytes(), this.dataType, this.size);
    if (numbers === undefined) throw this.#unreadable('numbers');
    return numbers;
  }

  /** Elements of an integer or bool tensor. @throws SenteiError as `numbers` */
  bigints(): bigint[] {
    if (this.dataType === 'int64') return [...new BigInt64Array(ownBuffer(this.bytes()))];
    if (this.dataType === 'uint64') return [...new BigUint64Array(ownBuffer(this.bytes()))];
    if (this.isFloat) throw this.#unreadable('integers');
    return Array.from(this.numbers(), BigInt);
  }

  /** The message to write under `name`, with the encoding and unknown fields of the file. */
  toMessage(name: string | undefined): TensorProto {
    const message = copyMessage(this.#message);
    if (this.#compute !== undefined) message.rawData = this.bytes();
    if (name !== undefined && (message.name ?? '') !== name) message.name = name;
    return message;
  }

  get #inline(): Uint8Array | undefined {
    return ownField(this.#message, 'rawData');
  }

  #unfilled(found: number, expected: number): SenteiError {
    const subject = this.#message.name || 'without a name';
    return new SenteiError(
      'invalid-graph',
      `tensor ${subject} holds ${found} bytes where its shape takes ${expected}`,
      { subject },
    );
  }

  #unreadable(as: string): SenteiError {
    const type = this.dataType === 'undefined' ? `number ${this.#message.dataType ?? 0}` : this.dataType;
    return new SenteiError('unsupported-model', `elements of type ${type} cannot be read as ${as}`);
  }
}

function checkShape(dims: readonly number[], name: string): void {
  const size = dims.reduce((product, dim) => product * dim, 1);
  if (dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0) && Number.isSafeInteger(size)) return;
  throw new SenteiError('invalid-graph', `tensor ${name} has the impossible shape [${dims}]`, {
    subject: name,
  });
}
