import onnxProto, { type onnx } from 'onnx-proto';
import { type ReadOptions, readModelBytes } from '../codec/read-model.ts';
import { writeModelBytes } from '../codec/write-model.ts';
import type { Model } from '../graph/model.ts';

/**
 * Builds a model from an object of the `onnx-proto` package. That package knows IR version 8: what newer versions added
 * cannot be in its objects. `readModel` reads files without that limit.
 *
 * @throws SenteiError as `readModelBytes`
 */
export function fromProto(proto: onnx.IModelProto, options: ReadOptions = {}): Model {
  return readModelBytes(onnxProto.onnx.ModelProto.encode(proto).finish(), options);
}

/** The model as an object of the `onnx-proto` package. Fields newer than IR version 8 are left out. */
export function toProto(model: Model): onnx.ModelProto {
  return onnxProto.onnx.ModelProto.decode(writeModelBytes(model));
}
