export { decodeFloat16, encodeFloat16 } from './tensors/float16.ts';
export type { Feeds, HostTensor, TensorData, TensorOf, TensorType } from './tensors/host-tensor.ts';
export { ARRAY_OF, byteLength, elementCount, hostTensor, isTensorType } from './tensors/host-tensor.ts';
