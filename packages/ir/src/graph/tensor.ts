import { ChunkWriter } from '../codec/chunk-writer.ts';
import { Cursor, sliceOf, viewOf } from '../codec/cursor.ts';
import { TENSOR } from '../codec/fields.ts';
import { readProperties } from '../codec/properties.ts';
import {
  decodeTypedFields,
  readTensorMessage,
  type TensorChanges,
  type TensorMessage,
  type TensorPlacement,
  tensorFields,
  writeNewTensor,
  writeTensorMessage,
} from '../codec/tensor-message.ts';
import { SenteiError } from '../errors.ts';
import type { DataType } from './data-type.ts';
import { decodeNumbers, encodeFloats, ownBuffer, packedLength, packTypedFields } from './element.ts';
import type { ExternalRange } from './external-data.ts';

/** Where the numbers of a tensor come from: a file, bytes in memory, or a function that makes the bytes when asked. */
type Source =
  | { readonly kind: 'file'; readonly message: TensorMessage }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'lazy'; readonly read: () => Uint8Array }
  | { readonly kind: 'absent'; readonly error: () => SenteiError };

/**
 * A handle on constant numbers: a view into the file they came from, a range of an external file, an array made by a
 * pass, or a function that makes one. The numbers are decoded when a pass asks for them, never before, and an untouched
 * tensor keeps its encoding. Tensors do not change; what would change one makes another.
 */
export class Tensor {
  readonly dims: readonly number[];
  readonly dataType: DataType;
  readonly #source: Source;
  readonly #metadata: ReadonlyMap<string, string> | undefined;

  private constructor(
    dataType: DataType,
    dims: readonly number[],
    source: Source,
    metadata?: ReadonlyMap<string, string>,
  ) {
    this.dims = dims;
    this.dataType = dataType;
    this.#source = source;
    this.#metadata = metadata;
  }

  /**
   * Wraps a tensor of a file without copying its bytes.
   *
   * @throws SenteiError `invalid-graph` when the shape is negative or beyond 2^53 elements.
   */
  static fromMessage(message: TensorMessage): Tensor {
    checkShape(message.dims, message.name);
    return new Tensor(message.dataType, message.dims, { kind: 'file', message });
  }

  /**
   * Makes a tensor from little-endian element bytes.
   *
   * @throws SenteiError `invalid-graph` when the number of bytes does not fit `dims` and `dataType`.
   */
  static fromBytes(dataType: DataType, dims: readonly number[], bytes: Uint8Array): Tensor {
    checkShape(dims, '');
    const expected = packedLength(dataType, dims);
    if (expected !== bytes.byteLength) throw unfilled('without a name', bytes.length, expected);
    return new Tensor(dataType, [...dims], { kind: 'bytes', bytes });
  }

  /**
   * Makes a tensor whose bytes are computed when they are asked for, each time anew, such as while the model is written.
   *
   * @param read gives the packed little-endian bytes of the elements, always the same
   * @throws SenteiError `invalid-graph` for an impossible shape; `unsupported-model` for types without a fixed size
   */
  static lazy(dataType: DataType, dims: readonly number[], read: () => Uint8Array): Tensor {
    checkShape(dims, '');
    if (packedLength(dataType, dims) === undefined) throw unreadable(dataType, 'bytes');
    return new Tensor(dataType, [...dims], { kind: 'lazy', read });
  }

  /**
   * Makes a tensor that stands for one whose elements are not here: asking for them, or writing them, throws `error()`.
   *
   * @throws SenteiError `invalid-graph` for an impossible shape
   */
  static absent(dataType: DataType, dims: readonly number[], error: () => SenteiError): Tensor {
    checkShape(dims, '');
    return new Tensor(dataType, [...dims], { kind: 'absent', error });
  }

  /**
   * Makes a tensor whose bytes lie in a file beside the model.
   *
   * @param entries what the model says of it: `location`, and if need be `offset`, `length` (bytes) and `checksum`
   * @param folder folder of the model
   * @throws SenteiError `external-data` for a location outside the folder, `invalid-graph` for an impossible shape
   */
  static fromExternal(
    dataType: DataType,
    dims: readonly number[],
    entries: Readonly<Record<string, string>>,
    folder: string,
  ): Tensor {
    const writer = new ChunkWriter();
    const placement = { kind: 'external', entries: new Map(Object.entries(entries)) } as const;
    writeNewTensor(writer, 1, { dims, dataType }, { name: '', metadataProps: undefined, placement });
    const chunks = writer.finish().filter((chunk) => chunk instanceof Uint8Array);
    const field = new Cursor(sliceOf(Buffer.concat(chunks)));
    field.next();
    return Tensor.fromMessage(readTensorMessage(field.slice(), folder));
  }

  /** Makes a float tensor from numbers, rounding them to `dataType` (to nearest, ties to even). */
  static floats(
    values: ArrayLike<number>,
    dims: readonly number[] = [values.length],
    dataType: 'float16' | 'float32' | 'float64' | 'bfloat16' = 'float32',
  ): Tensor {
    return Tensor.fromBytes(dataType, dims, encodeFloats(values, dataType));
  }

  /** Makes an int64 tensor from integers; a vector unless `dims` says otherwise. */
  static int64(values: readonly (number | bigint)[], dims: readonly number[] = [values.length]): Tensor {
    const data = BigInt64Array.from(values, BigInt);
    return Tensor.fromBytes('int64', dims, new Uint8Array(data.buffer));
  }

  /** Makes a bool tensor; a vector unless `dims` says otherwise. */
  static bool(values: readonly boolean[], dims: readonly number[] = [values.length]): Tensor {
    return Tensor.fromBytes('bool', dims, Uint8Array.from(values, Number));
  }

  /** The tensor as it stands in the file it comes from; for the text form. */
  get message(): TensorMessage | undefined {
    return this.#source.kind === 'file' ? this.#source.message : undefined;
  }

  /** Where the bytes lie when they are not in the model file. */
  get external(): ExternalRange | undefined {
    return this.#source.kind === 'file' ? this.#source.message.external : undefined;
  }

  /** Metadata of the tensor itself, not of the value it belongs to. Written to the file. */
  get metadataProps(): ReadonlyMap<string, string> {
    if (this.#metadata !== undefined || this.#source.kind !== 'file') return this.#metadata ?? new Map();
    return readProperties(tensorFields(this.#source.message, TENSOR.metadataProps));
  }

  /** The same numbers with other metadata. */
  withMetadata(metadata: ReadonlyMap<string, string>): Tensor {
    return new Tensor(this.dataType, this.dims, this.#source, new Map(metadata));
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

  /** Whether the tensor has no elements to give, as one of a text that leaves its weights out. */
  get isAbsent(): boolean {
    return this.#source.kind === 'absent';
  }

  /**
   * Packed little-endian bytes of the elements. A view wherever the file holds them as raw data.
   *
   * @throws SenteiError `external-data` when an external range cannot be read, `invalid-graph` when the data does not
   *   fill the shape, `unsupported-model` for strings and types of later versions.
   */
  bytes(): Uint8Array {
    const source = this.#source;
    if (source.kind === 'absent') throw source.error();
    const expected = packedLength(this.dataType, this.dims);
    if (expected === undefined) throw this.#unreadable('bytes');
    if (source.kind === 'bytes') return source.bytes;
    const found = source.kind === 'file' ? storedLength(source.message) : undefined;
    if (found !== undefined && found !== expected) throw unfilled(this.#subject, found, expected);
    const bytes = source.kind === 'lazy' ? source.read() : readBytes(source.message, this.dataType, expected);
    if (bytes.byteLength !== expected) throw unfilled(this.#subject, bytes.byteLength, expected);
    return bytes;
  }

  /**
   * Elements as numbers; 64-bit integers beyond 2^53 lose precision here, see `bigints`.
   *
   * @throws SenteiError as `bytes`; `unsupported-model` for complex numbers
   */
  numbers(): Float64Array {
    const numbers = decodeNumbers(this.bytes(), this.dataType, this.size);
    if (numbers === undefined) throw this.#unreadable('numbers');
    return numbers;
  }

  /** Elements of an integer or bool tensor. @throws SenteiError as `numbers` */
  bigints(): bigint[] {
    if (this.dataType === 'int64') return Array.from(new BigInt64Array(ownBuffer(this.bytes())));
    if (this.dataType === 'uint64') return Array.from(new BigUint64Array(ownBuffer(this.bytes())));
    if (!/int|bool/.test(this.dataType)) throw this.#unreadable('integers');
    return Array.from(this.numbers(), BigInt);
  }

  /**
   * Elements of a string tensor, as UTF-8 text.
   *
   * @throws SenteiError `unsupported-model` for other types; `invalid-graph` when the data does not fill the shape
   */
  strings(): string[] {
    const source = this.#source;
    if (source.kind === 'absent') throw source.error();
    if (this.dataType !== 'string' || source.kind !== 'file') throw this.#unreadable('strings');
    const { stringData = [] } = decodeTypedFields(source.message);
    if (stringData.length !== this.size) {
      const found = `${stringData.length} strings where its shape takes ${this.size}`;
      throw new SenteiError('invalid-graph', `tensor ${this.#subject} holds ${found}`, {
        subject: this.#subject,
      });
    }
    return stringData.map((bytes) => new TextDecoder().decode(bytes));
  }

  /** Writes the message of the tensor under `name`, with the encoding and unknown fields of the file; for the codec. */
  write(writer: ChunkWriter, number: number, name: string | undefined, placement?: TensorPlacement): void {
    const changes: TensorChanges = { name, metadataProps: this.#metadata, placement };
    const source = this.#source;
    if (source.kind === 'file') {
      writeTensorMessage(writer, number, source.message, changes);
      return;
    }
    const bytes = source.kind === 'bytes' ? source.bytes : undefined;
    const deferred = { length: this.byteLength, read: () => [this.bytes()] };
    const inline: TensorPlacement = { kind: 'inline', data: bytes ?? deferred };
    writeNewTensor(writer, number, this, { ...changes, placement: placement ?? inline });
  }

  /** The bytes piece by piece, for writing them somewhere else. @throws SenteiError as `bytes` */
  *pieces(): Generator<Uint8Array> {
    const { external } = this;
    const expected = packedLength(this.dataType, this.dims);
    if (external === undefined || expected === undefined) {
      yield this.bytes();
      return;
    }
    if (external.length !== undefined && external.length !== expected)
      throw unfilled(this.#subject, external.length, expected);
    yield* external.pieces(expected);
  }

  get #subject(): string {
    const name = this.#source.kind === 'file' ? this.#source.message.name : '';
    return name || 'without a name';
  }

  #unreadable(as: string): SenteiError {
    const code = this.#source.kind === 'file' ? this.#source.message.dataTypeCode : 0;
    return unreadable(this.dataType === 'undefined' ? `number ${code}` : this.dataType, as);
  }
}

/** Bytes that the file holds, where they are packed there. */
function storedLength({ external, rawData }: TensorMessage): number | undefined {
  if (external !== undefined) return external.length;
  return rawData && rawData.end - rawData.start;
}

function readBytes(message: TensorMessage, dataType: DataType, expected: number): Uint8Array {
  if (message.external !== undefined) return message.external.read(expected);
  if (message.rawData !== undefined) return viewOf(message.rawData);
  return packTypedFields(decodeTypedFields(message), dataType);
}

function unreadable(type: string, as: string): SenteiError {
  return new SenteiError('unsupported-model', `elements of type ${type} cannot be read as ${as}`);
}

function unfilled(subject: string, found: number, expected: number | undefined): SenteiError {
  const message = `tensor ${subject} holds ${found} bytes where its shape takes ${expected}`;
  return new SenteiError('invalid-graph', message, { subject });
}

function checkShape(dims: readonly number[], name: string): void {
  const size = dims.reduce((product, dim) => product * dim, 1);
  if (dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0) && Number.isSafeInteger(size)) return;
  throw new SenteiError('invalid-graph', `tensor ${name} has the impossible shape [${dims.slice(0, 16)}]`, {
    subject: name,
  });
}
