import { hostTensor } from '@sentei/data';
import { expect, onTestFinished, test } from 'vitest';
import { startEngine } from '../../src/process/engine.ts';
import { countingDecoder } from '../support/counting-decoder.ts';
import { modelFile } from '../support/model-file.ts';

const ids = (...values: number[]) =>
  hostTensor('int64', [1, values.length], BigInt64Array.from(values, BigInt));
const CARRIED = [{ input: 'past_ids', output: 'present_ids' }];

test('a first step needs a start, and a failed one leaves what was kept', async () => {
  const engine = await startEngine({ threads: 1 });
  onTestFinished(() => engine.close());
  const session = await engine.load(await modelFile(countingDecoder()));
  const step = { feeds: { ids: ids(1) }, carried: CARRIED, outputs: ['present_ids'] };
  await expect(session.step(step)).rejects.toMatchObject({
    code: 'runtime-failed',
    message: expect.stringContaining("nothing was kept for input 'past_ids'"),
  });
  const first = await session.step({ ...step, start: { past_ids: ids() } });
  expect(first.outputs).toEqual({ present_ids: ids(1) });
  await expect(session.step({ ...step, outputs: ['nothing'] })).rejects.toMatchObject({
    code: 'runtime-failed',
  });
  expect(await session.step({ ...step, outputs: [] })).toMatchObject({ outputs: {}, carriedBytes: 16 });
  await expect(session.step({ ...step, feeds: {} })).rejects.toMatchObject({ code: 'invalid-data' });
  await expect(session.step({ ...step, start: {} })).rejects.toMatchObject({ code: 'invalid-data' });
});
