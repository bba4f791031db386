import { expect, test } from 'vitest';
import { startEngine } from '../../src/process/engine.ts';
import { compareMemory } from '../../src/validation/memory.ts';
import { modelFile } from '../support/model-file.ts';
import { doublingModel } from '../support/tiny-model.ts';

test('each model has a peak of its own processes, or a reason why it is not known', async () => {
  const path = await modelFile(doublingModel());
  await using engine = await startEngine({ threads: 1 });
  const { inputs } = await engine.load(path);
  const models = { original: path, candidate: path, constants: {} };
  const { size, original, candidate } = await compareMemory(models, inputs, { threads: 1 });
  expect(size).toBe('batch 1');
  for (const found of [original, candidate]) {
    if (process.platform !== 'linux') expect(found.status).toBe('unknown');
    else expect(found).toEqual({ status: 'known', bytes: expect.any(Number) });
  }
});
