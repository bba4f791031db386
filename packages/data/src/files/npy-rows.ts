import { endianness } from 'node:os';
import { invalidData } from '../invalid-data.ts';
import { ARRAY_OF, elementCount, type HostTensor } from '../tensors/host-tensor.ts';
import type { ByteReader } from './byte-reader.ts';
import type { NpyHeader } from './npy-header.ts';

/** Bytes that are read at a time. */
const BLOCK = 2 ** 20;
/** A row is held in memory, and goes to a model as one message. */
const LARGEST_ROW = 2 ** 30;

/**
 * Rows `from` up to, not including, `to` along axis 0, each a tensor without that axis. About a mebibyte is read at a
 * time, or a row where that is larger.
 *
 * @throws SenteiError `invalid-data` when the array has no rows, one takes more than 1 GiB, or its elements are in
 *   Fortran order in a compressed file
 */
export async function* readNpyRows(
  reader: ByteReader,
  header: NpyHeader,
  from: number,
  to: number,
  signal?: AbortSignal,
): AsyncIterable<HostTensor> {
  const rowDims = header.dims.slice(1);
  const count = elementCount(rowDims);
  checkRows(reader, header);
  const step = Math.max(1, Math.floor(BLOCK / Math.max(1, count * header.width)));
  const places = header.isFortran && rowDims.length > 0 ? rowMajorPlaces(rowDims) : undefined;
  for (let first = from; first < to; first += step) {
    signal?.throwIfAborted();
    const rows = Math.min(step, to - first);
    const block = places
      ? await readColumns(reader, header, first, rows, places)
      : await reader.read(header.offset + first * count * header.width, rows * count * header.width);
    if (header.isBigEndian) swap(block, header.width);
    for (let row = 0; row < rows; row++) {
      const bytes = block.subarray(row * count * header.width, (row + 1) * count * header.width);
      yield tensorOf(header, rowDims, bytes);
    }
  }
}

/** @throws SenteiError `invalid-data` when an array cannot be read by rows */
export function checkRows({ name, isSequential }: ByteReader, { dims, width, isFortran }: NpyHeader): void {
  if (dims.length === 0) throw invalidData(name, 'is a single value, axis 0 has to be the rows');
  const bytes = elementCount(dims.slice(1)) * width;
  if (bytes > LARGEST_ROW)
    throw invalidData(name, `has rows of ${bytes} bytes, ${LARGEST_ROW} at most are read`);
  if (isSequential && isFortran && dims.length > 1) {
    throw invalidData(
      name,
      'is compressed and in Fortran order, so that every row lies in all of it',
      'save numpy.ascontiguousarray(array), or without compression',
    );
  }
}

/** In Fortran order each element of a row lies beside the same one of the next row. */
async function readColumns(
  reader: ByteReader,
  { dims, width, offset }: NpyHeader,
  first: number,
  rows: number,
  places: Uint32Array,
): Promise<Buffer> {
  const block = Buffer.allocUnsafe(rows * places.length * width);
  for (const [column, place] of places.entries()) {
    const bytes = await reader.read(offset + (column * (dims[0] ?? 0) + first) * width, rows * width);
    for (let row = 0; row < rows; row++) {
      bytes.copy(block, (row * places.length + place) * width, row * width, (row + 1) * width);
    }
  }
  return block;
}

/** Where in row-major order the elements of a row in Fortran order go. */
function rowMajorPlaces(dims: readonly number[]): Uint32Array {
  const strides = dims.map((_, axis) => elementCount(dims.slice(axis + 1)));
  return Uint32Array.from({ length: elementCount(dims) }, (_, column) => {
    let rest = column;
    let place = 0;
    for (const [axis, size] of dims.entries()) {
      place += (rest % size) * (strides[axis] ?? 1);
      rest = Math.floor(rest / size);
    }
    return place;
  });
}

function swap(bytes: Buffer, width: number): void {
  if (width === 2) bytes.swap16();
  else if (width === 4) bytes.swap32();
  else if (width === 8) bytes.swap64();
}

function tensorOf({ type, width }: NpyHeader, dims: readonly number[], bytes: Buffer): HostTensor {
  // A copy of its own: typed arrays need aligned bytes, and a row should not hold its whole block.
  const own = new Uint8Array(bytes);
  if (endianness() === 'BE') swap(Buffer.from(own.buffer), width);
  const data = new ARRAY_OF[type](own.buffer);
  return { type, dims, data } as HostTensor;
}
