import { readModel, runPipeline } from '@sentei/ir';
import { expect, test } from 'vitest';
import { acp } from '../src/index.ts';

test('the example of the README runs', async () => {
  const model = await readModel('checkpoints/fox-pro-6l/model.onnx');
  const [record] = await runPipeline(model, [acp({ epsilon: 4.5e-5 })], {
    logger: console,
    judge: undefined,
    maxDrop: 0.01,
    progress: () => undefined,
  });
  expect(record?.patches.map((patch) => patch.decision)).toEqual(Array(6).fill('applied'));
});
