import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readModel, runPipeline, writeModel } from '@sentei/ir';
import { acp } from '@sentei/pass-acp';
import { expect, test } from 'vitest';
import { measured, quality } from '../../report/test/support/report.ts';
import { measureTiles } from '../src/measure-tiles.ts';
import { emptyFolder, savedModel } from './support/models.ts';
import { recorder } from './support/streams.ts';

const context = { logger: console, judge: undefined, maxDrop: 0.01, progress: () => undefined };
const heldout = await readFile('checkpoints/fox-pro-6l/heldout.txt');

async function rewritten(epsilon: number) {
  const folder = await emptyFolder();
  const model = await readModel('checkpoints/fox-pro-6l/model.onnx');
  await runPipeline(model, [acp({ epsilon })], context);
  const candidate = join(folder, 'model.onnx');
  await writeModel(model, candidate);
  return {
    candidate,
    folder,
    heldout,
    threads: 1,
    listener: recorder(),
    validation: measured({ quality: [quality(1024, 0)] }),
  };
}

test('each head of each attention has a share, larger where more may be left out', async () => {
  const [careful, bold] = [
    await measureTiles(await rewritten(1e-6)),
    await measureTiles(await rewritten(0.1)),
  ];
  if (careful.status !== 'done' || bold.status !== 'done') throw new Error('nothing was counted');
  expect(careful).toMatchObject({ length: 1024, windows: 4 });
  expect(careful.heads.map(({ attention, skipped }) => [attention, skipped.length])).toEqual(
    [0, 1, 2, 3, 4, 5].map((attention) => [attention, 4]),
  );
  const shares = (tiles: typeof bold) => tiles.heads.flatMap(({ skipped }) => skipped);
  for (const [index, share] of shares(careful).entries()) {
    expect(share).toBeGreaterThanOrEqual(0);
    expect(share).toBeLessThanOrEqual(shares(bold)[index] ?? 0);
  }
  expect(Math.max(...shares(bold))).toBeGreaterThan(0.1);
});

test('what cannot be counted has a reason and is no error', async () => {
  const run = await rewritten(1e-6);
  const reasonOf = async (fields: Partial<Parameters<typeof measureTiles>[0]>) => {
    const tiles = await measureTiles({ ...run, ...fields });
    return tiles.status === 'skipped' ? tiles.reason : 'none';
  };
  expect(await reasonOf({ validation: { status: 'skipped', reason: 'as asked' } })).toBe(
    'the result was not run',
  );
  expect(await reasonOf({ heldout: undefined })).toBe('there is no text to run the result on');
  expect(await reasonOf({ candidate: await savedModel(run.folder) })).toBe(
    'no attention of the result skips tiles',
  );
  expect(await reasonOf({ validation: measured({ quality: [quality(256, 0)] }) })).toContain('one block');
});

test('an interruption ends it', async () => {
  const run = { ...(await rewritten(1e-6)), signal: AbortSignal.abort() };
  await expect(measureTiles(run)).rejects.toMatchObject({ code: 'cancelled' });
});
