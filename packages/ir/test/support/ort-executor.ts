import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { type Executor, Tensor, writeModelBytes } from '../../src/index.ts';

const TYPES = { float32: Float32Array, int64: BigInt64Array, bool: Uint8Array } as const;

/** Runs models of float32, int64 and bool by ONNX Runtime, as they are: without any optimization of its own. */
export const ortExecutor: Executor = {
  async run(model, feeds) {
    const session = await InferenceSession.create(writeModelBytes(model), {
      graphOptimizationLevel: 'disabled',
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: 4,
    });
    try {
      const inputs = [...feeds].map(([name, tensor]) => [name, toOrt(tensor)] as const);
      const outputs = await session.run(Object.fromEntries(inputs));
      return new Map(Object.entries(outputs).map(([name, tensor]) => [name, fromOrt(tensor)]));
    } finally {
      await session.release();
    }
  },
};

function toOrt(tensor: Tensor): OrtTensor {
  const { dataType } = tensor;
  if (!isKnown(dataType)) throw new Error(`no tensors of ${dataType} here`);
  return new OrtTensor(dataType, new TYPES[dataType](tensor.bytes().slice().buffer), tensor.dims);
}

function fromOrt({ type, dims, data }: OrtTensor): Tensor {
  if (!isKnown(type) || !ArrayBuffer.isView(data)) throw new Error(`no tensors of ${type} here`);
  return Tensor.fromBytes(type, dims, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function isKnown(type: string): type is keyof typeof TYPES {
  return type in TYPES;
}
