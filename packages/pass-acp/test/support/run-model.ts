import { type Model, writeModelBytes } from '@sentei/ir';
import ort from 'onnxruntime-node';

export interface Feed {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** Runs a model of float32 inputs and outputs in this process and returns its first output. */
export async function runModel(model: Model, feeds: Readonly<Record<string, Feed>>): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(writeModelBytes(model), { logSeverityLevel: 3 });
  try {
    const tensors = Object.entries(feeds).map(
      ([name, { data, dims }]) => [name, new ort.Tensor('float32', data, dims)] as const,
    );
    const outputs = await session.run(Object.fromEntries(tensors));
    const [name] = session.outputNames;
    const output = name === undefined ? undefined : outputs[name];
    return output?.data as Float32Array;
  } finally {
    await session.release();
  }
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
