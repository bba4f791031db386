import type { TensorProto } from '../../src/codec/messages.ts';
import { readTensorBytes } from '../../src/codec/tensor-message.ts';
import { encodeMessage } from '../../src/codec/wire.ts';
import { Tensor } from '../../src/index.ts';

/** The tensor that a file with this message would hold. */
export function tensorFromProto(message: TensorProto, folder?: string): Tensor {
  return Tensor.fromMessage(readTensorBytes(encodeMessage('TensorProto', message), folder));
}
