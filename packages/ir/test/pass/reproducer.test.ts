import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  failureFacts,
  isSameFailure,
  type PassFailure,
  parsePipeline,
  type ReproducerFacts,
  readModel,
  readReproducer,
  SenteiError,
  writeModelBytes,
  writeReproducer,
} from '../../src/index.ts';
import { rejection } from '../support/code-of.ts';
import { emptyFolder } from '../support/folders.ts';
import { counting } from '../support/passes.ts';
import { tinyModel } from '../support/tiny-model.ts';

const error = new SenteiError('invalid-graph', 'it broke');
const failed: PassFailure = {
  pass: counting(1),
  place: '2.1',
  run: 3,
  number: 7,
  error,
  patch: { name: 'p', nodes: [] },
};
const facts: ReproducerFacts = {
  steps: parsePipeline('a, repeat(counting{x="a b"})'),
  plugins: [{ package: '@acme/passes', version: '1.0.0' }],
  seed: 3,
  verify: 'each',
  stopAfter: null,
  settings: { maxDrop: 0.1, data: 'text.txt' },
  software: { sentei: '0.1.0' },
  failure: failureFacts(failed),
};

test('a reproducer comes back as it was written', async () => {
  const folder = join(await emptyFolder(), 'new', 'repro');
  const { model } = tinyModel();
  await writeReproducer(folder, model, facts, 'Error: it broke\n    at here');
  expect((await readdir(folder)).sort()).toEqual(['error.txt', 'model.onnx', 'pipeline.json']);
  expect(await readFile(join(folder, 'error.txt'), 'utf8')).toBe('Error: it broke\n    at here\n');
  const read = await readReproducer(folder);
  expect(read).toEqual({ ...facts, model: join(folder, 'model.onnx') });
  expect(writeModelBytes(await readModel(read.model))).toEqual(writeModelBytes(model));
});

test('nothing is written over and nothing is left half', async () => {
  const parent = await emptyFolder();
  const { model } = tinyModel();
  const taken = join(parent, 'taken');
  await mkdir(taken);
  await writeFile(join(parent, 'file'), '');
  for (const folder of [taken, join(parent, 'file'), join(parent, 'file', 'below')]) {
    expect((await rejection(writeReproducer(folder, model, facts, '')))?.code).toBe('output-unwritable');
  }
  const deep = { ...facts, steps: [{ id: 'a', options: { b: '"' } }] };
  expect((await rejection(writeReproducer(join(parent, 'a', 'b'), model, deep, '')))?.code).toBe(
    'pipeline-syntax',
  );
  expect((await readdir(parent, { recursive: true })).sort()).toEqual(['file', 'taken']);
});

test('a folder that is no reproducer, or was changed, is refused', async () => {
  const parent = await emptyFolder();
  expect((await rejection(readReproducer(parent)))?.code).toBe('file-missing');
  const folder = join(parent, 'repro');
  await writeReproducer(folder, tinyModel().model, facts, '');
  const path = join(folder, 'pipeline.json');
  const text = await readFile(path, 'utf8');
  for (const changed of [
    '{',
    '{}',
    text.replace('"version": 1', '"version": 2'),
    text.replace('"seed": 3', '"seed": "x"'),
  ]) {
    await writeFile(path, changed);
    expect((await rejection(readReproducer(folder)))?.code).toBe('invalid-data');
  }
  await writeFile(path, text);
  await writeFile(join(folder, 'model.onnx'), 'other');
  const refused = await rejection(readReproducer(folder));
  expect([refused?.code, refused?.subject]).toEqual(['invalid-data', join(folder, 'model.onnx')]);
});

test('failures are the same when all that is known about them is', () => {
  const same = failureFacts({ ...failed, error: new SenteiError('invalid-graph', 'it broke') });
  expect(isSameFailure(facts.failure, same)).toBe(true);
  const others = [
    { number: 8 },
    { run: 1 },
    { place: '2.2' },
    { error: new Error('it broke') },
    { error: 'it broke' },
  ];
  for (const other of others)
    expect(isSameFailure(facts.failure, failureFacts({ ...failed, ...other }))).toBe(false);
  const { patch: _patch, ...between } = failed;
  expect(failureFacts(between).patch).toBeNull();
});
