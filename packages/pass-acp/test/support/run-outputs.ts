import { type Model, writeModelBytes } from '@sentei/ir';
import ort from 'onnxruntime-node';
import type { Feed } from './run-model.ts';

/** Runs a model of float32 inputs and outputs in this process and returns all of its outputs, in order. */
export async function runOutputs(
  model: Model,
  feeds: Readonly<Record<string, Feed>>,
): Promise<Readonly<Record<string, Feed>>> {
  const session = await ort.InferenceSession.create(writeModelBytes(model), { logSeverityLevel: 3 });
  try {
    const tensors = Object.entries(feeds).map(
      ([name, { data, dims }]) => [name, new ort.Tensor('float32', data, [...dims])] as const,
    );
    const outputs = await session.run(Object.fromEntries(tensors));
    const found = session.outputNames.map((name) => {
      const { data, dims } = outputs[name] ?? new ort.Tensor('float32', [], [0]);
      return [name, { data: data as Float32Array, dims }] as const;
    });
    return Object.fromEntries(found);
  } finally {
    await session.release();
  }
}
