import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { benchmark } from '../src/benchmark.ts';
import { senteiVersion } from '../src/versions.ts';
import { emptyFolder, savedModel } from './support/models.ts';
import { recorder } from './support/streams.ts';

const quick = {
  threads: 1,
  processes: 1,
  rounds: 6,
  minimumSampleMs: 0,
  starts: 1,
  graphOptimizationLevels: ['all'],
} as const;

test('a record holds the files, the figures and what they hold for', async () => {
  const folder = await emptyFolder();
  const original = await savedModel(folder);
  const out = join(folder, 'records', 'record.json');
  const listener = recorder();
  const points = 'batch=2 length=8';
  const record = await benchmark({ ...quick, original, candidate: original, points, out, listener });
  expect(record).toMatchObject({ version: 1, sentei: senteiVersion(), threads: 1, processes: 1 });
  expect(record.date).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  expect(record.files.original.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(record.figures.map(({ label, original: { inputs } }) => [label, inputs.ids?.dims])).toEqual([
    ['batch 2, length 8', [2, 8]],
  ]);
  expect(record.work.map(({ label }) => label)).toEqual(['batch 2, length 8']);
  expect(JSON.parse(await readFile(out, 'utf8'))).toEqual(JSON.parse(JSON.stringify(record)));
  expect(listener.heard[0]).toMatch(/^step measuring /);
  expect(listener.heard.at(-1)).toBe('progress done 2/2');
});

test('bad points and a record over a model are refused before anything runs', async () => {
  const original = await savedModel(await emptyFolder());
  await expect(benchmark({ original, points: 'length' })).rejects.toMatchObject({ code: 'invalid-option' });
  await expect(benchmark({ original, out: original })).rejects.toMatchObject({ code: 'output-unwritable' });
});
