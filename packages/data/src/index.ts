export type { ModelInput } from './card/model-input.ts';
export { type OpenCardOptions, type OpenedCard, openCard } from './card/open-card.ts';
export { type BatchOptions, batches } from './dataset/batches.ts';
export { type RowDataset, rowsOf } from './dataset/row-dataset.ts';
export { type RunExample, runExamples } from './dataset/run-examples.ts';
export type {
  Batch,
  BatchRow,
  Change,
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
export { type NoiseOptions, noise } from './shifts/noise.ts';
export { type TruncateOptions, truncate } from './shifts/truncate.ts';
export { type ArraysOptions, arraysDataset } from './sources/arrays.ts';
export { type BytesOptions, bytesDataset } from './sources/bytes.ts';
export type { FieldInput } from './sources/field-input.ts';
export type { ImageOptions } from './sources/image-tensor.ts';
export { type ImagesDataset, type ImagesOptions, imagesDataset } from './sources/images.ts';
export { type JsonLinesOptions, jsonLinesDataset } from './sources/jsonl.ts';
export type { LabelOptions } from './sources/label.ts';
export { type TextOptions, textDataset } from './sources/text.ts';
export { type TokenWindowsOptions, tokenWindowsDataset } from './sources/token-windows.ts';
export {
  boundsOf,
  type Divisible,
  divideByHash,
  partOf,
  type Shares,
  SPLITS,
} from './splits/divide.ts';
export { type Dropped, dropOverlap, refuseOverlap } from './splits/overlap.ts';
export { pickRows, sliceRows, spreadRows } from './splits/select.ts';
export { shard } from './splits/shard.ts';
export { decodeFloat16, encodeFloat16, encodeFloat16Array } from './tensors/float16.ts';
export type { Feeds, HostTensor, TensorData, TensorOf, TensorType } from './tensors/host-tensor.ts';
export { ARRAY_OF, byteLength, elementCount, hostTensor, isTensorType } from './tensors/host-tensor.ts';
export type { IntegerType } from './tensors/integer-tensor.ts';
export type { EncoderOptions } from './tokens/encoder.ts';
export type { Frame, Piece } from './tokens/frame.ts';
export type { TokenInput, TokenInputs, TokenRole } from './tokens/token-feeds.ts';
export { openTokenizer, type Tokenizer } from './tokens/tokenizer.ts';
