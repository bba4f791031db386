import type { Feeds, HostTensor, TensorData } from '@sentei/data/tensors';
import { isTensorType } from '@sentei/data/tensors';
import { Tensor } from 'onnxruntime-node';

/**
 * The same elements at the start of a buffer of their own. What a message carries lies at any offset, and ONNX Runtime sums
 * in an order that depends on it: with 1.30, test_group_normalization_example_expanded gives one of two last bits.
 */
function aligned(data: HostTensor['data']): HostTensor['data'] {
  return ArrayBuffer.isView(data) && data.byteOffset % 16 !== 0 ? data.slice() : data;
}

/** Tensors that ONNX Runtime takes. */
export function toOrtTensors(feeds: Feeds): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { type, dims, data }]) => [
      name,
      // The pair (type, data) is one of the pairs of TensorData, which the overloads cannot see in a union.
      new Tensor(type as 'float32', aligned(data) as TensorData['float32'], dims),
    ]),
  );
}

/** A tensor of ONNX Runtime in plain memory. */
export function toHostTensor(name: string, { type, dims, data }: Tensor): HostTensor {
  if (!isTensorType(type)) throw new Error(`output '${name}' has element type ${type}, which cannot be sent`);
  // Node versions with a Float16Array get one from the binding; bits travel better.
  const isBits = type === 'float16' && ArrayBuffer.isView(data) && !(data instanceof Uint16Array);
  const plain = isBits ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data;
  return { type, dims: [...dims], data: plain } as HostTensor;
}
