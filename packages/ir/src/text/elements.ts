import { bitsPerElement, type DataType } from '../graph/data-type.ts';

const SIGNED: ReadonlySet<DataType> = new Set(['int8', 'int16', 'int32', 'int64', 'int4', 'int2']);
/** Bytes of one number of the float types that are written as numbers; complex numbers are two of them. */
const FLOAT_BYTES: Partial<Record<DataType, 4 | 8>> = { float32: 4, complex64: 4, float64: 8, complex128: 8 };

/**
 * Elements as the ONNX text writes them: decimal numbers for float, double and complex (real and imaginary part in turn),
 * whole numbers for the rest, which for the other floats are their bits.
 *
 * @returns `undefined` where the numbers would not say the bits: NaNs with a payload, padding bits, types of later versions
 */
export function printElements(dataType: DataType, bytes: Uint8Array, size: number): string[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = FLOAT_BYTES[dataType];
  if (width !== undefined) {
    const numbers: string[] = [];
    for (let at = 0; at < bytes.length; at += width) {
      const value = width === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true);
      const isPlain = width === 4 ? isPlainNaN32(view, at) : isPlainNaN64(view, at);
      if (Number.isNaN(value) && !isPlain) return undefined;
      numbers.push(width === 4 ? printFloat32(value) : printFloat64(value));
    }
    return numbers;
  }
  const bits = bitsPerElement(dataType);
  if (bits === undefined) return undefined;
  // Bits behind the last element, which mean nothing, still have to come back.
  const used = (size * bits) % 8;
  if (used !== 0 && (bytes.at(-1) ?? 0) >>> used !== 0) return undefined;
  if (bits === 64) {
    const read = dataType === 'int64' ? view.getBigInt64.bind(view) : view.getBigUint64.bind(view);
    return Array.from({ length: size }, (_, index) => `${read(index * 8, true)}`);
  }
  return Array.from(
    { length: size },
    (_, index) => `${readBits(bytes, index * bits, bits, SIGNED.has(dataType))}`,
  );
}

/**
 * Packed little-endian bytes of elements in the form above.
 *
 * @returns a sentence that says what is wrong where there is no such tensor
 */
export function parseElements(
  dataType: DataType,
  literals: readonly string[],
  size: number,
): Uint8Array | string {
  const width = FLOAT_BYTES[dataType];
  const isComplex = dataType.startsWith('complex');
  const wanted = isComplex ? size * 2 : size;
  if (literals.length !== wanted) return `${wanted} numbers are expected, not ${literals.length}`;
  if (width !== undefined) {
    const view = new DataView(new ArrayBuffer(wanted * width));
    for (const [index, literal] of literals.entries()) {
      const value = parseFloatLiteral(literal);
      if (value === undefined) return `'${literal}' is no number`;
      if (width === 4) setFloat32(view, index * 4, value);
      else setFloat64(view, index * 8, value);
    }
    return new Uint8Array(view.buffer);
  }
  const bits = bitsPerElement(dataType);
  if (bits === undefined) return `numbers of type ${dataType} cannot be written out`;
  const bytes = new Uint8Array(Math.ceil((size * bits) / 8));
  const least = SIGNED.has(dataType) ? -(2n ** BigInt(bits - 1)) : 0n;
  const most = SIGNED.has(dataType) ? 2n ** BigInt(bits - 1) - 1n : 2n ** BigInt(bits) - 1n;
  for (const [index, literal] of literals.entries()) {
    const value = parseIntLiteral(literal);
    if (value === undefined || value < least || value > most) {
      return `'${literal}' is no whole number from ${least} to ${most}`;
    }
    writeBits(bytes, index * bits, bits, value);
  }
  return bytes;
}

/** The shortest decimal that rounds to the number in single precision. */
export function printFloat32(number: number): string {
  const value = Math.fround(number);
  // `toPrecision` drops the sign of a zero.
  if (value === 0) return printFloat64(value);
  for (let digits = 6; digits < 9 && Number.isFinite(value); digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return printFloat64(short);
  }
  return printFloat64(Number.isFinite(value) ? Number(value.toPrecision(9)) : value);
}

/** The shortest decimal that rounds to the number. Whole numbers beyond 64 bits are given a fraction, as in `1e+20`. */
export function printFloat64(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const text = String(value);
  return Math.abs(value) >= 1e15 && /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** A number as written by this module, the ONNX printer or Python; `undefined` for anything else. */
export function parseFloatLiteral(literal: string): number | undefined {
  if (/^-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?$/.test(literal)) return Number(literal);
  const word = /^(-?)(inf|infinity|nan)$/i.exec(literal);
  if (word === null) return undefined;
  const magnitude = word[2]?.toLowerCase() === 'nan' ? Number.NaN : Number.POSITIVE_INFINITY;
  return word[1] === '-' ? -magnitude : magnitude;
}

export function parseIntLiteral(literal: string): bigint | undefined {
  // 64 bits have at most 20 digits: longer ones are not worth the time that converting them takes.
  return /^-?\d{1,20}$/.test(literal) ? BigInt(literal) : undefined;
}

function isPlainNaN32(view: DataView, at: number): boolean {
  return view.getUint32(at, true) === 0x7fc00000;
}

function isPlainNaN64(view: DataView, at: number): boolean {
  return view.getBigUint64(at, true) === 0x7ff8000000000000n;
}

/** Engines may give a NaN any bits, so its bits are set here. */
function setFloat32(view: DataView, at: number, value: number): void {
  if (Number.isNaN(value)) view.setUint32(at, 0x7fc00000, true);
  else view.setFloat32(at, value, true);
}

function setFloat64(view: DataView, at: number, value: number): void {
  if (Number.isNaN(value)) view.setBigUint64(at, 0x7ff8000000000000n, true);
  else view.setFloat64(at, value, true);
}

/** Elements of any width up to 32 bits lie in the bytes as one stream, from the lowest bits up. */
function readBits(bytes: Uint8Array, from: number, bits: number, signed: boolean): number {
  let value = 0;
  for (let done = 0; done < bits; ) {
    const at = from + done;
    const offset = at % 8;
    const count = Math.min(bits - done, 8 - offset);
    const part = ((bytes[Math.floor(at / 8)] ?? 0) >>> offset) & (2 ** count - 1);
    value += part * 2 ** done;
    done += count;
  }
  return signed && value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
}

function writeBits(bytes: Uint8Array, from: number, bits: number, value: bigint): void {
  let rest = BigInt.asUintN(bits, value);
  for (let done = 0; done < bits; ) {
    const at = from + done;
    const offset = at % 8;
    const count = Math.min(bits - done, 8 - offset);
    const index = Math.floor(at / 8);
    bytes[index] = (bytes[index] ?? 0) | (Number(rest & (2n ** BigInt(count) - 1n)) << offset);
    rest >>= BigInt(count);
    done += count;
  }
}
