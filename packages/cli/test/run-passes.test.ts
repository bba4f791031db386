import { repeat } from '@sentei/ir';
import { expect, test } from 'vitest';
import { runPasses, throwIfCancelled } from '../src/run-passes.ts';
import { byteModel } from './support/models.ts';
import { blur, tidy, vandal } from './support/passes.ts';
import { recorder } from './support/streams.ts';

test('each pass is announced before it begins, and what it tells is handed on', async () => {
  const listener = recorder();
  const settings = { judge: undefined, maxDrop: 0.01, listener };
  const records = await runPasses(byteModel(), [tidy(), blur(), tidy()], settings);
  expect(records.map(({ pass, patches }) => [pass, patches.map(({ decision }) => decision)])).toEqual([
    ['tidy', ['applied']],
    ['blur', ['refused']],
    ['tidy', ['refused']],
  ]);
  expect(listener.heard).toEqual([
    'step pass 1 of 3: tidy',
    'step pass 2 of 3: blur',
    'progress scaling 1/1',
    'step pass 3 of 3: tidy',
  ]);
});

test('decisions of the judge reach the pass', async () => {
  const bits = [2, 2.1];
  const judge = {
    metric: { name: 'bits', lowerIsBetter: true },
    measure: async () => bits.shift() ?? 0,
  };
  const settings = { judge, maxDrop: 0.01, listener: recorder() };
  const [record] = await runPasses(byteModel(), [blur({ factor: 2 })], settings);
  expect(record?.patches[0]).toMatchObject({ decision: 'reverted', scores: { selection: 2.1 } });
});

test('a pass that breaks the graph is a defect, not a fault of the file', async () => {
  const running = runPasses(byteModel(), [vandal()], { judge: undefined, maxDrop: 0, listener: recorder() });
  const error = await running.catch((reason) => reason);
  expect(error).not.toHaveProperty('code');
  expect(error).toMatchObject({
    message: expect.stringContaining("patch 'vandalism' of pass vandal failed"),
    cause: { code: 'invalid-graph' },
  });
});

test('an interruption ends the pipeline before the next pass', async () => {
  const interruption = new AbortController();
  const listener = { ...recorder(), progress: () => interruption.abort() };
  const settings = { judge: undefined, maxDrop: 0, listener, signal: interruption.signal };
  await expect(runPasses(byteModel(), [blur(), tidy()], settings)).rejects.toMatchObject({
    code: 'cancelled',
  });
  expect(() => throwIfCancelled(interruption.signal)).toThrow(expect.objectContaining({ code: 'cancelled' }));
  expect(throwIfCancelled(undefined)).toBeUndefined();
});

test('passes of a group are announced with their place and their run', async () => {
  const listener = recorder();
  const passes = [repeat([tidy()]), tidy()];
  await runPasses(byteModel(), passes, { judge: undefined, maxDrop: 0, listener, stopAfter: 1 });
  expect(listener.heard).toEqual([
    'step pass 1.1 of 2: tidy',
    'step pass 1.1 of 2: tidy, run 2',
    'step pass 2 of 2: tidy',
  ]);
});
