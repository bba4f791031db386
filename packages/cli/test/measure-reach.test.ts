import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesDataset } from '@sentei/data';
import { readModel, runPipeline } from '@sentei/ir';
import { acp } from '@sentei/pass-acp';
import { expect, test } from 'vitest';
import { forgettingModel } from '../../anatomy/test/support/forgetting-attention.ts';
import { measured } from '../../report/test/support/report.ts';
import { measureReach, type ReachMeasurement } from '../src/measure-reach.ts';
import { emptyFolder, savedModel } from './support/models.ts';
import { recorder } from './support/streams.ts';

const FOLDER = 'checkpoints/fox-pro-6l';
const context = { logger: console, judge: undefined, maxDrop: 0.01, progress: () => undefined };

async function measurement(epsilon: number): Promise<ReachMeasurement> {
  const original = join(FOLDER, 'model.onnx');
  const records = await runPipeline(await readModel(original), [acp({ epsilon })], context);
  const folder = await emptyFolder();
  return {
    original,
    records,
    heldout: undefined,
    validation: measured(),
    effort: 'short',
    folder,
    threads: 2,
    listener: recorder(),
  };
}

test('every head of the original has a reach, from a text and from examples alike', async () => {
  const asked = await measurement(4.5e-5);
  const heldout = await readText(1024);
  const found = await measureReach({ ...asked, heldout });
  if (found.status !== 'done') throw new Error(found.reason);
  expect(found).toMatchObject({ epsilon: 4.5e-5, sequences: 1, others: [] });
  expect(found.heads.map(({ attention, head }) => [attention, head])).toEqual(
    [0, 1, 2, 3, 4, 5].flatMap((attention) => [0, 1, 2, 3].map((head) => [attention, head])),
  );
  // The first head of the first layer is the most local one, the last one looks all the way back.
  expect(found.heads[0]).toMatchObject({ kind: 'local', lengths: [{ length: 512 }, { length: 1024 }] });
  expect(found.heads[3]).toMatchObject({ kind: 'global', lengths: [{ skipped: 0 }, { skipped: 0 }] });
  expect(found.heads[0]?.span.most).toBeLessThan(64);
  expect(found.gains.map(({ length }) => length)).toEqual([512, 1024]);
  const [short, long] = found.gains;
  expect(long?.model).toBeGreaterThan(short?.model ?? Number.POSITIVE_INFINITY);
  expect(long?.attention).toBeGreaterThan(long?.model ?? Number.POSITIVE_INFINITY);
  expect(found.holding[0]).toMatchObject({ head: expect.any(Number), share: expect.any(Number) });

  const dataset = await bytesDataset({
    path: join(FOLDER, 'heldout.txt'),
    input: 'input_ids',
    length: 1024,
    to: 0.005,
  });
  const again = await measureReach({ ...asked, data: { dataset: { ...dataset, size: 1 } } });
  expect(again).toEqual(found);
});

test('a text that is shorter than all lengths counts as it is', async () => {
  const found = await measureReach({ ...(await measurement(1e-3)), heldout: await readText(300) });
  if (found.status !== 'done') throw new Error(found.reason);
  expect(found.epsilon).toBe(1e-3);
  expect(found.gains).toMatchObject([{ length: 300 }]);
});

test('what cannot be measured has a reason', async () => {
  const asked = await measurement(4.5e-5);
  const reasonOf = async (fields: Partial<ReachMeasurement>) => {
    const found = await measureReach({ ...asked, ...fields });
    return found.status === 'skipped' ? found.reason : 'done';
  };
  expect(await reasonOf({ records: [] })).toContain('no pass of the pipeline');
  expect(await reasonOf({ validation: { status: 'skipped', reason: 'as asked' } })).toContain('not run');
  expect(await reasonOf({})).toContain('no data');
  expect(await reasonOf({ original: await savedModel(asked.folder) })).toContain('no attention');
  // It takes float32 and no bytes, at any length.
  const original = await savedModel(asked.folder, forgettingModel());
  expect(await reasonOf({ original, heldout: new Uint8Array(2048) })).toContain('decays.onnx');
});

async function readText(bytes: number): Promise<Uint8Array> {
  return (await readFile(join(FOLDER, 'heldout.txt'))).subarray(0, bytes);
}
