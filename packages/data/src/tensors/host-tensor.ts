/** The arrays that hold each element type outside ONNX Runtime. float16 is kept as bits, bool as bytes 0 and 1. */
export interface TensorData {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly float16: Uint16Array;
  readonly int8: Int8Array;
  readonly int16: Int16Array;
  readonly int32: Int32Array;
  readonly int64: BigInt64Array;
  readonly uint8: Uint8Array;
  readonly uint16: Uint16Array;
  readonly uint32: Uint32Array;
  readonly uint64: BigUint64Array;
  readonly bool: Uint8Array;
  readonly string: readonly string[];
}

/** The element types that ONNX Runtime's Node binding can both feed and fetch. */
export type TensorType = keyof TensorData;

/** A tensor as it goes to ONNX Runtime and comes from it. */
export interface TensorOf<Type extends TensorType> {
  readonly type: Type;
  readonly dims: readonly number[];
  /** Row-major; its length is the product of `dims`. */
  readonly data: TensorData[Type];
}

/** A tensor in plain memory, ready to travel between processes. */
export type HostTensor = { [Type in TensorType]: TensorOf<Type> }[TensorType];

/** Tensors by input name. */
export type Feeds = Readonly<Record<string, HostTensor>>;

export const ARRAY_OF = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
  string: Array,
} as const;

export function isTensorType(type: string): type is TensorType {
  return Object.hasOwn(ARRAY_OF, type);
}

/** The product of `dims`; 1 for a scalar. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, dimension) => product * dimension, 1);
}

/** Bytes that the tensor takes in a message; strings count two bytes a character. */
export function byteLength(tensor: HostTensor): number {
  if (tensor.type !== 'string') return tensor.data.byteLength;
  return tensor.data.reduce((total, text) => total + 2 * text.length, 0);
}

/** A tensor of the given type; the caller answers for `data` having as many elements as `dims` say. */
export function hostTensor<Type extends TensorType>(
  type: Type,
  dims: readonly number[],
  data: TensorData[Type],
): TensorOf<Type> {
  return { type, dims, data };
}
