import { SenteiError } from '../errors.ts';
import { DATA_TYPES, type DataType, dataTypeName } from '../graph/data-type.ts';
import { type ExternalRange, externalRange } from '../graph/external-data.ts';
import type { ChunkWriter, DeferredChunk } from './chunk-writer.ts';
import { Cursor, type RawField, type Slice, sliceOf, viewOf, WIRE } from './cursor.ts';
import { KNOWN, TENSOR } from './fields.ts';
import type { TensorProto } from './messages.ts';
import { checkProperty, readProperties, writeProperties } from './properties.ts';
import { decodeMessage } from './wire.ts';

/** The largest number of dimensions that is taken for one; NumPy allows 64. */
const MOST_DIMENSIONS = 4096;

/** A tensor as it stands in a file: what it is, and where its bytes lie. */
export interface TensorMessage {
  readonly slice: Slice;
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: DataType;
  /** The number the file gives for the type, which may be of a later version. */
  readonly dataTypeCode: number;
  readonly rawData: Slice | undefined;
  readonly external: ExternalRange | undefined;
}

/**
 * Reads the description of a tensor and leaves its numbers where they are.
 *
 * @param folder folder of the model, for external data
 * @throws SenteiError `not-onnx`, `invalid-graph` for an impossible shape, `external-data`
 */
export function readTensorMessage(slice: Slice, folder: string | undefined): TensorMessage {
  let name = '';
  let dataTypeCode = 0;
  let rawData: Slice | undefined;
  let location = 0;
  const dims: number[] = [];
  const externalData: RawField[] = [];
  for (const cursor = new Cursor(slice); cursor.next(); ) {
    const { field, wireType } = cursor;
    if (field === TENSOR.dims && wireType === WIRE.varint) dims.push(cursor.integer());
    else if (field === TENSOR.dims && wireType === WIRE.bytes) readPacked(cursor.slice(), dims);
    else if (field === TENSOR.dataType && wireType === WIRE.varint) dataTypeCode = cursor.integer();
    else if (field === TENSOR.name && wireType === WIRE.bytes) name = cursor.text();
    else if (field === TENSOR.rawData && wireType === WIRE.bytes) rawData = cursor.slice();
    else if (field === TENSOR.dataLocation && wireType === WIRE.varint) location = cursor.integer();
    else if (field === TENSOR.externalData && wireType === WIRE.bytes) externalData.push(cursor.raw());
    else if (field === TENSOR.metadataProps && wireType === WIRE.bytes) checkProperty(cursor.slice());
    else cursor.skip();
    if (dims.length > MOST_DIMENSIONS) {
      throw new SenteiError('invalid-graph', `tensor ${name} has more than ${MOST_DIMENSIONS} dimensions`);
    }
  }
  const external = location === 1 ? externalRange(readProperties(externalData), name, folder) : undefined;
  const dataType = dataTypeName(dataTypeCode) ?? 'undefined';
  return { slice, name, dims, dataType, dataTypeCode, rawData, external };
}

function readPacked(slice: Slice, dims: number[]): void {
  if (slice.end - slice.start > MOST_DIMENSIONS) {
    throw new SenteiError('invalid-graph', `a tensor has more than ${MOST_DIMENSIONS} dimensions`);
  }
  // A packed list is a run of varints: each is read as the tag-less value it is.
  for (let at = slice.start; at < slice.end; ) {
    let exact = 0n;
    let shift = 0n;
    for (;;) {
      const byte = at < slice.end ? (slice.bytes[at] as number) : 0;
      at++;
      exact |= BigInt(byte & 0x7f) << shift;
      shift += 7n;
      if (byte < 0x80 || shift > 63n) break;
    }
    dims.push(Number(BigInt.asIntN(64, exact)));
  }
}

/** The typed fields (`float_data`, …) of a tensor, which are only decoded when its numbers are asked for. */
export function decodeTypedFields({ slice }: TensorMessage): TensorProto {
  return decodeMessage('TensorProto', viewOf(slice));
}

/** Fields with the given number as they stand in the file. */
export function tensorFields({ slice }: TensorMessage, number: number): RawField[] {
  const fields: RawField[] = [];
  for (const cursor = new Cursor(slice); cursor.next(); ) {
    if (cursor.field === number) fields.push(cursor.raw());
    else cursor.skip();
  }
  return fields;
}

/** What may differ from the message of the file when a tensor is written. */
export interface TensorChanges {
  readonly name: string | undefined;
  readonly metadataProps: ReadonlyMap<string, string> | undefined;
  /** Where the bytes lie in the files that are written, in place of where they were. */
  readonly placement?: TensorPlacement | undefined;
}

/** Bytes of a tensor in the files to be written: entries of external data, or raw data in the model file. */
export type TensorPlacement =
  | { readonly kind: 'external'; readonly entries: ReadonlyMap<string, string> }
  | { readonly kind: 'inline'; readonly data: Uint8Array | DeferredChunk };

const DATA_FIELDS = new Set<number>([
  TENSOR.floatData,
  TENSOR.int32Data,
  TENSOR.stringData,
  TENSOR.int64Data,
  TENSOR.rawData,
  TENSOR.doubleData,
  TENSOR.uint64Data,
  TENSOR.externalData,
  TENSOR.dataLocation,
]);

/** Writes a tensor of a file. What has not changed is passed on as it stands, its bytes as a view of the file. */
export function writeTensorMessage(
  writer: ChunkWriter,
  number: number,
  message: TensorMessage,
  changes: TensorChanges,
): void {
  const { name = message.name, metadataProps, placement } = changes;
  if (name === message.name && metadataProps === undefined && placement === undefined) {
    writer.bytes(number, viewOf(message.slice));
    return;
  }
  const fields: RawField[] = [];
  for (const cursor = new Cursor(message.slice); cursor.next(); ) {
    const isReplaced =
      cursor.field === TENSOR.name ||
      (placement !== undefined && DATA_FIELDS.has(cursor.field)) ||
      (metadataProps !== undefined && cursor.field === TENSOR.metadataProps);
    if (isReplaced) cursor.skip();
    else fields.push(cursor.raw());
  }
  const mark = writer.begin(number);
  const pending = [...fields];
  const before = (limit: number) => {
    for (
      let next = pending[0];
      next !== undefined && next.number < limit && KNOWN.tensor.has(next.number);
      next = pending[0]
    ) {
      writer.append(next.bytes);
      pending.shift();
    }
  };
  before(TENSOR.name);
  if (name !== '') writer.text(TENSOR.name, name);
  before(TENSOR.rawData);
  if (placement?.kind === 'inline') writeRawData(writer, placement.data);
  before(TENSOR.externalData);
  if (placement?.kind === 'external') writeExternal(writer, placement.entries);
  before(TENSOR.metadataProps);
  if (metadataProps !== undefined) {
    writeProperties(writer, TENSOR.metadataProps, metadataProps, tensorFields(message, TENSOR.metadataProps));
  }
  for (const { bytes } of pending) writer.append(bytes);
  writer.end(mark);
}

/** Writes a tensor that a pass has made. */
export function writeNewTensor(
  writer: ChunkWriter,
  number: number,
  tensor: { readonly dims: readonly number[]; readonly dataType: DataType },
  changes: TensorChanges & { readonly placement: TensorPlacement },
): void {
  const mark = writer.begin(number);
  for (const dim of tensor.dims) writer.integer(TENSOR.dims, dim);
  writer.integer(TENSOR.dataType, DATA_TYPES[tensor.dataType]);
  if (changes.name) writer.text(TENSOR.name, changes.name);
  if (changes.placement.kind === 'inline') writeRawData(writer, changes.placement.data);
  else writeExternal(writer, changes.placement.entries);
  writeProperties(writer, TENSOR.metadataProps, changes.metadataProps ?? new Map(), []);
  writer.end(mark);
}

function writeRawData(writer: ChunkWriter, data: Uint8Array | DeferredChunk): void {
  if (data instanceof Uint8Array) writer.bytes(TENSOR.rawData, data);
  else writer.deferred(TENSOR.rawData, data);
}

function writeExternal(writer: ChunkWriter, entries: ReadonlyMap<string, string>): void {
  writeProperties(writer, TENSOR.externalData, entries, []);
  writer.integer(TENSOR.dataLocation, 1);
}

/** Reads a tensor that stands alone, such as those inside carried messages. */
export function readTensorBytes(bytes: Uint8Array, folder: string | undefined): TensorMessage {
  return readTensorMessage(sliceOf(bytes), folder);
}
