import { hostTensor } from '@sentei/data';
import { expect, test } from 'vitest';
import { measureStart } from '../../src/benchmark/measure-start.ts';
import { modelFile } from '../support/model-file.ts';
import { doublingModel, identityModel } from '../support/tiny-model.ts';

const feeds = { x: hostTensor('float32', [2, 4], new Float32Array(8)) };

test('the parts of a start add up', async () => {
  const start = await measureStart(await modelFile(doublingModel()), feeds, { threads: 1 }, {});
  const { processMs, sessionMs, firstRunMs, totalMs } = start;
  expect(Math.min(processMs, sessionMs, firstRunMs)).toBeGreaterThan(0);
  expect(processMs + sessionMs + firstRunMs).toBeCloseTo(totalMs, 9);
});

test.runIf(process.platform === 'linux')('peaks do not fall, and a large run raises them', async () => {
  const path = await modelFile(identityModel(1, ['n']));
  const large = { x: hostTensor('float32', [2 ** 23], new Float32Array(2 ** 23)) };
  const { memoryLoaded, memoryRan } = await measureStart(path, large, { threads: 1 }, {});
  if (memoryLoaded.status === 'unknown' || memoryRan.status === 'unknown')
    throw new Error('unknown on Linux');
  expect(memoryRan.bytes - memoryLoaded.bytes).toBeGreaterThan(2 ** 25);
});

test('a model that cannot be loaded is an error', async () => {
  const path = await modelFile(Uint8Array.of(1, 2, 3));
  await expect(measureStart(path, feeds, {}, {})).rejects.toMatchObject({ code: 'runtime-failed' });
});
