/** Tensors alone, for the processes that run models: they start often, and everything else here takes long to load. */
export { decodeFloat16, encodeFloat16, encodeFloat16Array } from './float16.ts';
export type { Feeds, HostTensor, TensorData, TensorOf, TensorType } from './host-tensor.ts';
export { ARRAY_OF, byteLength, elementCount, hostTensor, isTensorType } from './host-tensor.ts';
