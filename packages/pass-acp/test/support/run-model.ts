import { type Model, writeModelBytes } from '@sentei/ir';
import ort from 'onnxruntime-node';

export interface Feed {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** Runs a model of float32 inputs and outputs in this process and returns its first output. */
export async function runModel(model: Model, feeds: Readonly<Record<string, Feed>>): Promise<Float32Array> {
  const opened = await openModel(model);
  try {
    return await opened.run(feeds);
  } finally {
    await opened.close();
  }
}

export interface OpenModel {
  /** Runs the model and returns its first output. */
  run(feeds: Readonly<Record<string, Feed>>): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Loads a model of float32 inputs and outputs once for many runs. */
export async function openModel(model: Model): Promise<OpenModel> {
  const session = await ort.InferenceSession.create(writeModelBytes(model), { logSeverityLevel: 3 });
  return {
    async run(feeds) {
      const tensors = Object.entries(feeds).map(
        ([name, { data, dims }]) => [name, new ort.Tensor('float32', data, [...dims])] as const,
      );
      const outputs = await session.run(Object.fromEntries(tensors));
      return outputs[session.outputNames[0] ?? '']?.data as Float32Array;
    },
    close: () => session.release(),
  };
}

/** Infinite where only one of the two is NaN. */
export function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, x, i) => {
    const y = b[i] ?? Number.NaN;
    if (Number.isNaN(x) || Number.isNaN(y))
      return Number.isNaN(x) === Number.isNaN(y) ? most : Number.POSITIVE_INFINITY;
    return Math.max(most, Math.abs(x - y));
  }, 0);
}
