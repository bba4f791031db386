import { onTestFinished } from 'vitest';
import { ModelPair } from '../../src/validation/model-pair.ts';
import { modelFile } from './model-file.ts';

/** Two models loaded for the length of the running test. */
export async function loadedPair(original: Uint8Array, candidate: Uint8Array): Promise<ModelPair> {
  const paths = { original: await modelFile(original), candidate: await modelFile(candidate) };
  const opened = await ModelPair.open({ ...paths, threads: 1 });
  if (!opened.ran) throw new Error(opened.reason);
  onTestFinished(() => opened.result.close());
  return opened.result;
}

export const ignoreProgress = (): void => {};
