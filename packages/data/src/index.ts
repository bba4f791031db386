export { type BatchOptions, batches } from './dataset/batches.ts';
export { type RunExample, runExamples } from './dataset/run-examples.ts';
export type {
  Batch,
  BatchRow,
  Dataset,
  Example,
  Label,
  Padding,
  Row,
  Splits,
} from './dataset/types.ts';
export {
  type DimensionNames,
  type NamedDimensions,
  type Outputs,
  type UnbatchOptions,
  unbatch,
} from './dataset/unbatch.ts';
export { type BytesOptions, bytesDataset } from './sources/bytes.ts';
export { decodeFloat16, encodeFloat16 } from './tensors/float16.ts';
export type { Feeds, HostTensor, TensorData, TensorOf, TensorType } from './tensors/host-tensor.ts';
export { ARRAY_OF, byteLength, elementCount, hostTensor, isTensorType } from './tensors/host-tensor.ts';
