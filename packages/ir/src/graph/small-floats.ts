import type { DataType } from './data-type.ts';

/** How a float of at most eight bits is laid out. */
interface Layout {
  readonly exponentBits: number;
  readonly mantissaBits: number;
  readonly bias: number;
  /** What stands for infinities and NaN: as in IEEE 754; NaN in all ones; NaN in negative zero; nothing. */
  readonly special: 'ieee' | 'all-ones' | 'negative-zero' | 'none';
}

/** Layouts after the ONNX specification (float8, float4 and float6 pages), which follows the OCP formats. */
const LAYOUTS: Partial<Record<DataType, Layout>> = {
  float8e4m3fn: { exponentBits: 4, mantissaBits: 3, bias: 7, special: 'all-ones' },
  float8e4m3fnuz: { exponentBits: 4, mantissaBits: 3, bias: 8, special: 'negative-zero' },
  float8e5m2: { exponentBits: 5, mantissaBits: 2, bias: 15, special: 'ieee' },
  float8e5m2fnuz: { exponentBits: 5, mantissaBits: 2, bias: 16, special: 'negative-zero' },
  float6e2m3: { exponentBits: 2, mantissaBits: 3, bias: 1, special: 'none' },
  float6e3m2: { exponentBits: 3, mantissaBits: 2, bias: 3, special: 'none' },
  float4e2m1: { exponentBits: 2, mantissaBits: 1, bias: 1, special: 'none' },
};

/** The number of each bit pattern of a float of at most eight bits; `undefined` for other types. */
export function smallFloatTable(dataType: DataType): Float64Array | undefined {
  // Nothing but an exponent: powers of two, and no zero.
  if (dataType === 'float8e8m0')
    return Float64Array.from({ length: 256 }, (_, bits) => (bits === 255 ? Number.NaN : 2 ** (bits - 127)));
  const layout = LAYOUTS[dataType];
  if (layout === undefined) return undefined;
  const size = 2 ** (1 + layout.exponentBits + layout.mantissaBits);
  return Float64Array.from({ length: size }, (_, bits) => decode(bits, layout));
}

function decode(bits: number, { exponentBits, mantissaBits, bias, special }: Layout): number {
  const mantissa = bits % 2 ** mantissaBits;
  const exponent = (bits >> mantissaBits) % 2 ** exponentBits;
  const isNegative = bits >> (mantissaBits + exponentBits) === 1;
  const isHighest = exponent === 2 ** exponentBits - 1;
  if (special === 'negative-zero' && isNegative && exponent === 0 && mantissa === 0) return Number.NaN;
  if (special === 'all-ones' && isHighest && mantissa === 2 ** mantissaBits - 1) return Number.NaN;
  if (special === 'ieee' && isHighest && mantissa !== 0) return Number.NaN;
  const fraction = mantissa / 2 ** mantissaBits;
  const size =
    special === 'ieee' && isHighest
      ? Number.POSITIVE_INFINITY
      : exponent === 0
        ? fraction * 2 ** (1 - bias)
        : (1 + fraction) * 2 ** (exponent - bias);
  return isNegative ? -size : size;
}
