import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { hostTensor } from '@sentei/data';
import { expect, test } from 'vitest';
import { describeMachine } from '../../src/machine/machine.ts';
import { measurePlacement } from '../../src/placement/measure-placement.ts';
import { modelFile } from '../support/model-file.ts';
import { doublingModel } from '../support/tiny-model.ts';

const feeds = { x: hostTensor('float32', [1, 4], new Float32Array(4)) };
const { providers } = await describeMachine();
const hasCuda = providers.includes('cuda');

const leftovers = async (): Promise<string[]> =>
  (await readdir(tmpdir())).filter((name) => name.startsWith('sentei-profile-'));

test('on the CPU all nodes are on the CPU, by profile and by log, and nothing stays behind', async () => {
  const before = await leftovers();
  const path = await modelFile(doublingModel());
  const placement = await measurePlacement(path, { executionProvider: 'cpu', feeds, runs: 3 });
  expect(placement).toMatchObject({
    isComplete: true,
    runs: 3,
    exceptions: [],
    copies: { toDevice: 0, toHost: 0 },
  });
  expect(placement.ran).toEqual({ CPUExecutionProvider: 1 });
  expect(placement.assigned).toEqual({ CPUExecutionProvider: 1 });
  expect(placement.times.run).toBeGreaterThan(0);
  expect(await leftovers()).toEqual(before);
});

test.skipIf(hasCuda)('without the CUDA provider the error says so and where to look', async () => {
  const path = await modelFile(doublingModel());
  await expect(measurePlacement(path, { executionProvider: 'cuda', feeds })).rejects.toMatchObject({
    code: 'runtime-failed',
    hint: expect.stringContaining('sentei doctor'),
  });
});

test.skipIf(!hasCuda)(
  'on CUDA a product runs there (skipped where ONNX Runtime has no CUDA provider)',
  async () => {
    const path = await modelFile(doublingModel());
    const placement = await measurePlacement(path, { executionProvider: 'cuda', feeds });
    expect(placement).toMatchObject({ isComplete: true, ran: { CUDAExecutionProvider: 1 } });
  },
);

test('options are checked', async () => {
  const path = await modelFile(doublingModel());
  await expect(measurePlacement(path, { executionProvider: 'cpu', feeds, runs: 0 })).rejects.toMatchObject({
    code: 'invalid-option',
  });
});
