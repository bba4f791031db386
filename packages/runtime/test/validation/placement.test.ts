import { expect, test } from 'vitest';
import { ModelPair } from '../../src/validation/model-pair.ts';
import { comparePlacement } from '../../src/validation/placement.ts';
import { modelFile } from '../support/model-file.ts';
import { bigramModel, doublingModel } from '../support/tiny-model.ts';

async function placed(bytes: Uint8Array) {
  const path = await modelFile(bytes);
  const opened = await ModelPair.open({ original: path, candidate: path, threads: 1 });
  if (!opened.ran) throw new Error(opened.reason);
  try {
    const files = { original: path, candidate: path, constants: {} };
    return await comparePlacement(opened.result, files, { executionProvider: 'cpu', runs: 1 });
  } finally {
    await opened.result.close();
  }
}

test('both models are placed at the longest size that the original runs', async () => {
  const found = await placed(bigramModel(new Float32Array(256 * 256)));
  expect(found).toMatchObject({ label: 'length 2048', candidate: { isComplete: true } });
});

test('a model of fixed length is placed at it', async () => {
  expect(await placed(doublingModel())).toMatchObject({ original: { isComplete: true } });
});
