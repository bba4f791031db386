import { type Model, readModelBytes, runPipeline, verify, writeModelBytes } from '@sentei/ir';
import { expect } from 'vitest';
import { cleanup } from '../../src/index.ts';

const silent = () => undefined;

/** What is left of a model after the whole clean-up, written, read again and found valid. The model stays as it is. */
export async function clean(model: Model): Promise<Model> {
  const copy = readModelBytes(writeModelBytes(model));
  await cleanInPlace(copy);
  const result = readModelBytes(writeModelBytes(copy));
  expect(verify(result)).toEqual([]);
  return result;
}

/** Runs the whole clean-up on a model, such as one that is too large to be written to memory. */
export async function cleanInPlace(model: Model): Promise<void> {
  await runPipeline(model, [cleanup()], {
    logger: { info: silent, warn: silent },
    judge: undefined,
    maxDrop: 0,
    progress: silent,
  });
}
