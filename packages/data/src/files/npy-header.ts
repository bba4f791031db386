import { invalidData } from '../invalid-data.ts';
import { elementCount, type TensorType } from '../tensors/host-tensor.ts';
import type { ByteReader } from './byte-reader.ts';

/** What the start of a `.npy` file says. */
export interface NpyHeader {
  readonly type: Exclude<TensorType, 'string'>;
  /** Bytes of an element. */
  readonly width: number;
  readonly isBigEndian: boolean;
  /** Whether the first axis varies fastest. */
  readonly isFortran: boolean;
  readonly dims: readonly number[];
  /** Byte of the first element. */
  readonly offset: number;
}

const TYPES: Readonly<Record<string, NpyHeader['type']>> = {
  b1: 'bool',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
};

const MAGIC = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]);
/** NumPy writes a few hundred bytes; versions 2 and 3 are for structured types, which are refused. */
const LONGEST = 2 ** 16;
const MOST_AXES = 64;

/**
 * Reads the header of a `.npy` file, format versions 1.0 to 3.0 (NumPy Enhancement Proposal 1), and sees that the file
 * has as many bytes as it says, before anything is allocated.
 *
 * @throws SenteiError `invalid-data` for anything else, structured, object and text types among it
 */
export async function readNpyHeader(reader: ByteReader): Promise<NpyHeader> {
  const { name, size } = reader;
  const fault = (text: string, hint?: string): Error => invalidData(name, text, hint);
  if (size < 10) throw fault(`is no .npy file: it has ${size} bytes`);
  const start = await reader.read(0, 10);
  if (!start.subarray(0, 6).equals(MAGIC)) throw fault('is no .npy file: its first bytes are others');
  const major = start[6] ?? 0;
  if (major < 1 || major > 3 || start[7] !== 0)
    throw fault(`has .npy version ${major}.${start[7]}, known are 1.0 to 3.0`);
  const prefix = major === 1 ? 10 : 12;
  const length = major === 1 ? start.readUInt16LE(8) : (await reader.read(8, 4)).readUInt32LE(0);
  if (length > LONGEST) throw fault(`has a header of ${length} bytes, ${LONGEST} at most are read`);
  const text = (await reader.read(prefix, length)).toString(major === 3 ? 'utf8' : 'latin1');
  const { descr, isFortran, dims } = parseHeader(text, fault);
  const type = TYPES[descr.slice(1)];
  const order = descr[0];
  const width = Number(descr.slice(2));
  if (!type || (order !== '<' && order !== '>' && !(order === '|' && width === 1))) {
    throw fault(
      `has elements of type '${descr}'`,
      'save numbers or truth values, as in array.astype("float32")',
    );
  }
  const offset = prefix + length;
  const bytes = elementCount(dims) * width;
  if (!Number.isSafeInteger(bytes)) throw fault(`says shape [${dims}], which no file can hold`);
  if (size < offset + bytes) {
    throw fault(`is truncated: shape [${dims}] of ${type} takes ${bytes} bytes, it has ${size - offset}`);
  }
  if (size > offset + bytes)
    throw fault(`has ${size - offset - bytes} bytes more than its shape [${dims}] takes`);
  return { type, width, isBigEndian: order === '>', isFortran, dims, offset };
}

/** The header is a Python dictionary with exactly three keys, in any order. */
function parseHeader(
  text: string,
  fault: (text: string, hint?: string) => Error,
): { descr: string; isFortran: boolean; dims: readonly number[] } {
  const body = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1];
  if (body === undefined) throw fault('has a broken header');
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(body)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)\b/.exec(body)?.[1];
  const shape = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(body)?.[1];
  const keys = body.match(/'[^']*'\s*:/g) ?? [];
  if (descr === undefined && /'descr'\s*:\s*\[/.test(body)) {
    throw fault('has structured elements', 'save one array for each field');
  }
  if (descr === undefined || order === undefined || shape === undefined || keys.length !== 3) {
    throw fault('has a broken header: it needs descr, fortran_order and shape');
  }
  const dims = shape
    .split(',')
    .map((size) => size.trim())
    .filter((size) => size !== '')
    .map(Number);
  if (dims.length > MOST_AXES || !dims.every(Number.isSafeInteger)) throw fault('has a broken shape');
  return { descr, isFortran: order === 'True', dims };
}
