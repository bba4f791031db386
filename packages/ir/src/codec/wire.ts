import protobuf from 'protobufjs';
import { SenteiError } from '../errors.ts';
import { textBytes } from './chunk-writer.ts';
import { Cursor, MOST_NESTING, malformed, readText, type Slice, sliceOf, tooDeep, WIRE } from './cursor.ts';
import type {
  AttributeProto,
  Message,
  ModelProto,
  SparseTensorProto,
  TensorProto,
  TypeProto,
  ValueInfoProto,
} from './messages.ts';
import { onnxRoot } from './schema.ts';

/*
 * Whole messages by way of protobufjs, for what the graph does not model field by field.
 */

export interface Messages {
  readonly ModelProto: ModelProto;
  readonly AttributeProto: AttributeProto;
  readonly SparseTensorProto: SparseTensorProto;
  readonly TensorProto: TensorProto;
  readonly TypeProto: TypeProto;
  readonly ValueInfoProto: ValueInfoProto;
  readonly DeviceConfigurationProto: Message;
  readonly TensorAnnotation: Message;
  readonly NodeDeviceConfigurationProto: Message;
  readonly TrainingInfoProto: Message;
}

/**
 * Decodes a message of the schema. Bytes in the result are views of `bytes`, not copies.
 *
 * @throws SenteiError `not-onnx` when the bytes are not a complete message.
 */
export function decodeMessage<Name extends keyof Messages>(name: Name, bytes: Uint8Array): Messages[Name] {
  // Views of a Buffer would be Buffers, whose `slice` shares memory where a typed array's copies.
  const reader = protobuf.Reader.create(plain(bytes));
  reader.discardUnknown = false;
  reader.string = readString;
  try {
    return onnxRoot.lookupType(`onnx.${name}`).decode(reader) as unknown as Messages[Name];
  } catch (cause) {
    throw malformed(cause);
  }
}

/**
 * Encodes a message of the schema, unknown fields included.
 *
 * @throws SenteiError `unsupported-model` when it nests deeper or grows larger than protobuf can hold.
 */
export function encodeMessage<Name extends keyof Messages>(name: Name, message: Messages[Name]): Uint8Array {
  try {
    const writer = protobuf.Writer.create();
    writer.string = writeString;
    const type = onnxRoot.lookupType(`onnx.${name}`);
    return plain(type.encode(message as Record<string, unknown>, writer).finish());
  } catch (cause) {
    throw new SenteiError('unsupported-model', 'the model cannot be encoded as one protobuf message', {
      hint: 'subgraphs nest too deeply, or weights that belong in external data are held inline',
      cause,
    });
  }
}

/** @throws SenteiError `not-onnx` when the bytes are not a complete model. */
export function decodeModel(bytes: Uint8Array): ModelProto {
  const message = decodeMessage('ModelProto', bytes);
  if (!message.graph || !Object.hasOwn(message, 'irVersion')) throw notModel();
  return message;
}

/** @throws SenteiError as `encodeMessage` */
export function encodeModel(message: ModelProto): Uint8Array {
  return encodeMessage('ModelProto', message);
}

export function notModel(): SenteiError {
  return new SenteiError('not-onnx', 'not an ONNX model: it has no graph or no IR version', {
    hint: 'the file may be of another format or an ONNX tensor (.pb)',
  });
}

/** A type message; one that makes no sense is a type of unknown kind. */
export function decodeType(bytes: Uint8Array): TypeProto {
  try {
    return decodeMessage('TypeProto', bytes);
  } catch {
    return {};
  }
}

export function encodeType(type: TypeProto): Uint8Array {
  return encodeMessage('TypeProto', type);
}

/** Fields of type messages that hold messages themselves. */
interface Layout {
  readonly [field: number]: Layout;
}
const TENSOR_TYPE: Layout = { 2: { 1: {} } };
const TYPE: { [field: number]: Layout } = { 1: TENSOR_TYPE, 7: {}, 8: TENSOR_TYPE };
Object.assign(TYPE, { 4: { 1: TYPE }, 5: { 2: TYPE }, 9: { 1: TYPE } });

/**
 * Checks that a type message is complete, without building it.
 *
 * @throws SenteiError `not-onnx`
 */
export function checkType(slice: Slice, depth: number): void {
  checkLayout(slice, TYPE, depth);
}

function checkLayout(slice: Slice, layout: Layout, depth: number): void {
  if (depth > MOST_NESTING) throw tooDeep();
  for (const cursor = new Cursor(slice); cursor.next(); ) {
    const inner = cursor.wireType === WIRE.bytes ? layout[cursor.field] : undefined;
    if (inner === undefined) cursor.skip();
    else checkLayout(cursor.slice(), inner, depth + 1);
  }
}

/** Whether the message itself holds the field: decoded messages inherit a default for each field they lack. */
export function ownField<T extends Message, K extends keyof T>(message: T, key: K): T[K] | undefined {
  return Object.hasOwn(message, key) ? message[key] : undefined;
}

function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readString(this: protobuf.Reader): string {
  const { bytes, start, end } = sliceOf(this.bytes());
  return readText(bytes, start, end);
}

function writeString(this: protobuf.Writer, text: string): protobuf.Writer {
  return this.bytes(textBytes(text));
}
