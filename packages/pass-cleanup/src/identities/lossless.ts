import { DATA_TYPES, type DataType } from '@sentei/ir';

/** Bits of magnitude a type holds without rounding, and its least and greatest binary exponent for floats. */
interface Range {
  readonly kind: 'bool' | 'unsigned' | 'signed' | 'float';
  /** Bits of the largest integers, or of the significand. */
  readonly bits: number;
  readonly exponent?: number;
}

const RANGES: Partial<Record<DataType, Range>> = {
  bool: { kind: 'bool', bits: 1 },
  uint8: { kind: 'unsigned', bits: 8 },
  uint16: { kind: 'unsigned', bits: 16 },
  uint32: { kind: 'unsigned', bits: 32 },
  uint64: { kind: 'unsigned', bits: 64 },
  int8: { kind: 'signed', bits: 7 },
  int16: { kind: 'signed', bits: 15 },
  int32: { kind: 'signed', bits: 31 },
  int64: { kind: 'signed', bits: 63 },
  float16: { kind: 'float', bits: 11, exponent: 15 },
  bfloat16: { kind: 'float', bits: 8, exponent: 127 },
  float32: { kind: 'float', bits: 24, exponent: 127 },
  float64: { kind: 'float', bits: 53, exponent: 1023 },
};

/** Whether every value of a type survives a cast to another, given by its TensorProto.DataType number. */
export function isLossless(from: DataType, to: number | undefined): boolean {
  const target = (Object.keys(RANGES) as DataType[]).find((type) => DATA_TYPES[type] === to);
  const [a, b] = [RANGES[from], target && RANGES[target]];
  if (a === undefined || b === undefined) return false;
  if (b.kind === 'bool') return a.kind === 'bool';
  if (a.kind === 'float')
    return b.kind === 'float' && a.bits <= b.bits && (a.exponent ?? 0) <= (b.exponent ?? 0);
  if (b.kind === 'float') return a.bits <= b.bits;
  return a.bits <= b.bits && !(a.kind === 'signed' && b.kind === 'unsigned');
}

/** Whether two types are both floats or both integers, so that casts between them round or wrap in one way. */
export function isSameKind(a: DataType, b: DataType): boolean {
  const kinds = [RANGES[a]?.kind, RANGES[b]?.kind].map((kind) => (kind === 'signed' ? 'unsigned' : kind));
  return kinds[0] !== undefined && kinds[0] === kinds[1];
}
