/** Element types of tensors with the numbers the ONNX specification gives them (TensorProto.DataType). */
export const DATA_TYPES = {
  undefined: 0,
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  complex64: 14,
  complex128: 15,
  bfloat16: 16,
  float8e4m3fn: 17,
  float8e4m3fnuz: 18,
  float8e5m2: 19,
  float8e5m2fnuz: 20,
  uint4: 21,
  int4: 22,
  float4e2m1: 23,
  float8e8m0: 24,
  uint2: 25,
  int2: 26,
  float6e2m3: 27,
  float6e3m2: 28,
} as const;

/** Name of an element type. */
export type DataType = keyof typeof DATA_TYPES;

const NAMES = new Map<number, DataType>(
  Object.entries(DATA_TYPES).map(([name, code]) => [code, name as DataType]),
);

/** Name of a TensorProto.DataType number; `undefined` for numbers of later versions. */
export function dataTypeName(code: number): DataType | undefined {
  return NAMES.get(code);
}

const BITS: Partial<Record<DataType, number>> = {
  float32: 32,
  uint8: 8,
  int8: 8,
  uint16: 16,
  int16: 16,
  int32: 32,
  int64: 64,
  bool: 8,
  float16: 16,
  float64: 64,
  uint32: 32,
  uint64: 64,
  complex64: 64,
  complex128: 128,
  bfloat16: 16,
  float8e4m3fn: 8,
  float8e4m3fnuz: 8,
  float8e5m2: 8,
  float8e5m2fnuz: 8,
  uint4: 4,
  int4: 4,
  float4e2m1: 4,
  float8e8m0: 8,
  uint2: 2,
  int2: 2,
  float6e2m3: 6,
  float6e3m2: 6,
};

/** Bits of one element; `undefined` where elements have no fixed size (string) or the type is unknown. */
export function bitsPerElement(type: DataType): number | undefined {
  return BITS[type];
}
