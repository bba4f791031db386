import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parsePipeline, readReproducer } from '@sentei/ir';
import { expect, test } from 'vitest';
import { recordFailure, software } from '../src/record-failure.ts';
import { byteModel, emptyFolder, listing, savedModel } from './support/models.ts';
import { vandal } from './support/passes.ts';
import { recorder } from './support/streams.ts';

test('a failure is saved with its causes, and the command that runs it is told', async () => {
  const parent = await emptyFolder();
  const folder = join(parent, 'repro');
  const listener = recorder();
  const instrument = await recordFailure({
    folder,
    model: await savedModel(parent),
    steps: parsePipeline('vandal'),
    plugins: [{ package: 'p', version: '1.0.0', factories: [] }],
    seed: 1,
    verify: 'pass',
    stopAfter: 3,
    settings: { maxDrop: 0.5 },
    listener,
  });
  const error = new Error('it broke', { cause: new RangeError('too far') });
  await instrument.onFailure?.({ pass: vandal(), place: '1', run: 1, number: 1, error }, byteModel());
  expect(await listing(folder)).toEqual(['error.txt', 'model.onnx', 'pipeline.json']);
  expect(await readFile(join(folder, 'error.txt'), 'utf8')).toMatch(
    /^Error: it broke\n[\s\S]*caused by: RangeError: too far\n/,
  );
  expect(await readReproducer(folder)).toMatchObject({
    plugins: [{ package: 'p', version: '1.0.0' }],
    seed: 1,
    verify: 'pass',
    stopAfter: 3,
    settings: { maxDrop: 0.5 },
    software: software(),
    failure: { code: 'Error', message: 'it broke', pass: 'vandal', patch: null },
  });
  expect(listener.heard).toEqual([`info the failed run was saved: sentei reproduce ${folder}`]);
});

test('a folder that is there already is refused before anything is run', async () => {
  const folder = await emptyFolder();
  await mkdir(join(folder, 'full'));
  const recording = {
    folder: join(folder, 'full'),
    model: 'm.onnx',
    steps: [],
    plugins: [],
    seed: 0,
    verify: 'each',
    stopAfter: null,
    settings: {},
    listener: recorder(),
  } as const;
  await expect(recordFailure(recording)).rejects.toMatchObject({ code: 'output-unwritable' });
});
