import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tryProvider } from '../../src/doctor/try-provider.ts';
import { WorkerProcess } from '../../src/process/worker-process.ts';
import { emptyFolder } from '../support/host.ts';
import { modelFile } from '../support/model-file.ts';
import { doublingModel } from '../support/tiny-model.ts';

const settings = { threads: 1, graphOptimizationLevel: 'all' } as const;

/** Folders that ONNX Runtime would keep things in, and what a build server would keep it from. */
async function watched() {
  const folder = await emptyFolder();
  const [temporary, cache, home] = ['tmp', 'cache', 'home'].map((name) => join(folder, name));
  for (const each of [temporary, cache, home]) await mkdir(`${each}`);
  const environment = { TMPDIR: `${temporary}`, XDG_CACHE_HOME: `${cache}`, HOME: `${home}`, CI: '' };
  return { environment, left: async () => (await readdir(folder, { recursive: true })).sort() };
}

test('a worker keeps nothing for anyone to be told about', async () => {
  const { environment, left } = await watched();
  const { worker } = await WorkerProcess.start({ timeoutMs: 60_000, environment });
  const path = await modelFile(doublingModel());
  await worker.exchange({ kind: 'load', path, settings }, 'doubling.onnx');
  await worker.stop();
  expect(await left()).toEqual(['cache', 'home', 'tmp']);
});

test('nor does a provider that is tried', async () => {
  const { environment, left } = await watched();
  expect(await tryProvider('cpu', { variables: { PATH: process.env.PATH, ...environment } })).toEqual({
    works: true,
  });
  expect(await left()).toEqual(['cache', 'home', 'tmp']);
});
