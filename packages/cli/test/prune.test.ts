import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readModel } from '@sentei/ir';
import { expect, test } from 'vitest';
import { type PruneOptions, prune } from '../src/prune.ts';
import {
  byteModel,
  emptyFolder,
  listing,
  savedExternalModel,
  savedModel,
  savedText,
} from './support/models.ts';
import { FAKES } from './support/passes.ts';
import { recorder } from './support/streams.ts';
import { savedVariedText } from './support/varied-text.ts';

const FAST = { threads: 1, validation: 'short', factories: FAKES } as const;

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Runs `prune` where it should fail: the error, and what it left in the output folder's parent. */
async function failure(options: Omit<PruneOptions, 'out'>) {
  const folder = await emptyFolder();
  const error = await prune({ ...FAST, ...options, out: join(folder, 'new', 'out') }).then(
    () => expect.unreachable('nothing failed'),
    (reason) => reason,
  );
  return { error, left: await listing(folder) };
}

test('the empty pipeline passes the model on byte by byte', async () => {
  const folder = await emptyFolder();
  const model = await savedModel(folder);
  // A field that nobody knows, as a sign of a file that Sentei has not written.
  await writeFile(model, Buffer.concat([await readFile(model), Uint8Array.of(0xf8, 0x7f, 1)]));
  const listener = recorder();
  const out = join(folder, 'out');
  const report = await prune({ ...FAST, model, out, pipeline: ' ', validation: 'none', listener });
  expect(await readFile(join(out, 'model.onnx'))).toEqual(await readFile(model));
  expect(report.passes).toEqual([]);
  expect(report.result.sha256).toBe(report.source.sha256);
  expect(listener.heard).toContain(
    'info nothing was changed: the result is a copy of the original, byte by byte',
  );
});

test('a dataset card selects and judges', async () => {
  const folder = await emptyFolder();
  const model = await savedModel(folder);
  await savedVariedText(folder, 64 * 64);
  const data = join(folder, 'card.json');
  await writeFile(
    data,
    JSON.stringify({ version: 1, source: { kind: 'bytes', path: 'varied.txt', length: 64 } }),
  );
  const report = await prune({
    ...FAST,
    model,
    out: join(folder, 'out'),
    data,
    pipeline: 'blur{factor=1.0001}',
  });
  const [patch] = report.passes.flatMap(({ patches }) => patches);
  expect(patch).toMatchObject({ decision: 'applied', scores: { selection: expect.any(Number) } });
  expect(report.data).toBeNull();
  expect(report.validation).toMatchObject({ quality: [{ metric: 'bits per byte', examples: 32 }] });
  expect(report.budget.heldoutDrop).toBeLessThan(0.01);
  const costly = { model, data, pipeline: 'sneak{factor=9}', maxDrop: 0 };
  const { error, left } = await failure(costly);
  expect(error).toMatchObject({ code: 'budget-exceeded' });
  expect(left).toEqual([]);
});

test('a byte-level language model is pruned, compared and reported', async () => {
  const folder = await emptyFolder();
  const model = await savedModel(folder);
  const data = await savedText(folder, 16_384);
  const out = join(folder, 'out');
  const listener = recorder();
  const report = await prune({ ...FAST, model, out, data, pipeline: 'tidy,blur{factor=1.0001}', listener });

  expect(await listing(out)).toEqual(['model.onnx', 'report.html', 'report.json']);
  expect(JSON.parse(await readFile(join(out, 'report.json'), 'utf8'))).toEqual(report);
  const operators = [...(await readModel(join(out, 'model.onnx'))).graph.nodes()].map(({ opType }) => opType);
  expect(operators).toEqual(['Gather', 'MatMul', 'Add', 'MatMul']);

  const written = await readFile(join(out, 'model.onnx'));
  expect(report).toMatchObject({
    version: 1,
    software: { sentei: expect.any(String), node: process.versions.node },
    machine: { cpu: expect.any(String) },
    options: { maxDrop: 0.01, threads: 1, validation: 'short' },
    pipeline: {
      text: 'tidy, blur{factor=1.0001}',
      steps: [
        { pass: 'tidy', options: {} },
        { pass: 'blur', options: { factor: 1.0001 } },
      ],
    },
    data: { heldout: { path: data, from: 8192, to: 16_384 } },
    source: { path: model, nodes: 5, irVersion: 8, opsets: { 'ai.onnx': 17 } },
    result: { path: join(out, 'model.onnx'), nodes: 4, fileBytes: written.length, sha256: sha256(written) },
    validation: { status: 'done' },
    warnings: [],
  });
  expect(report.passes.flatMap(({ patches }) => patches.map(({ decision }) => decision))).toEqual([
    'applied',
    'applied',
  ]);
  expect(Math.abs(report.budget.heldoutDrop ?? 1)).toBeLessThan(0.01);
  if (report.validation.status !== 'done') throw new Error('not compared');
  expect(report.validation.quality.map(({ windowLength }) => windowLength)).toEqual([1024, 4096]);
  expect(report.validation.speed.length).toBeGreaterThan(0);
  expect(Date.parse(report.finishedAt)).toBeGreaterThanOrEqual(Date.parse(report.startedAt));
  expect(listener.heard.filter((line) => line.startsWith('step'))).toEqual([
    `step reading ${model}`,
    'step pass 1 of 2: tidy',
    'step pass 2 of 2: blur',
    'step comparing the result with the original',
  ]);
});

test('a patch that breaks the budget on selection data is reverted, and the rest is kept', async () => {
  const folder = await emptyFolder();
  const model = await savedModel(folder);
  const data = await savedText(folder);
  const report = await prune({ ...FAST, model, out: folder, data, pipeline: 'tidy, blur{factor=9}' });
  const decisions = report.passes.flatMap(({ patches }) => patches.map(({ decision }) => decision));
  expect(decisions).toEqual(['applied', 'reverted']);
  expect(report.result.nodes).toBe(4);
});

test('a held-out loss over the budget is an error, and nothing is written', async () => {
  const folder = await emptyFolder();
  const [model, data] = [await savedModel(folder), await savedText(folder)];
  const { error, left } = await failure({ model, data, pipeline: 'sneak{factor=9}', maxDrop: 0.5 });
  expect(error).toMatchObject({
    code: 'budget-exceeded',
    message: expect.stringContaining('not within the limit, at most 50.00 %'),
  });
  expect(left).toEqual([]);
});

test('a result that does not run where the original does is an error, and nothing is written', async () => {
  const model = await savedModel(await emptyFolder());
  const { error, left } = await failure({ model, pipeline: 'invention' });
  expect(error).toMatchObject({
    code: 'runtime-failed',
    message: expect.stringContaining('the pruned model does not load, the original does'),
  });
  expect(left).toEqual([]);
});

test('a model that ONNX Runtime cannot run is pruned with a warning', async () => {
  const folder = await emptyFolder();
  const future = byteModel();
  future.irVersion = 14;
  const report = await prune({
    ...FAST,
    model: await savedModel(folder, future),
    out: folder,
    pipeline: 'tidy',
  });
  expect(report.validation).toMatchObject({ status: 'impossible' });
  expect(report.warnings).toEqual([expect.stringContaining('ONNX Runtime cannot run the original')]);
  expect(report.result.nodes).toBe(4);
});

test('external weights go with the result', async () => {
  const folder = await emptyFolder();
  const source = join(folder, 'source');
  await mkdir(source);
  const model = await savedExternalModel(source);
  const out = join(folder, 'out');
  for (const pipeline of ['', 'tidy']) {
    const report = await prune({ ...FAST, model, out, pipeline });
    expect(await listing(out)).toEqual(['model.onnx', 'report.html', 'report.json', 'weights.bin']);
    expect(await readFile(join(out, 'weights.bin'))).toEqual(await readFile(join(source, 'weights.bin')));
    expect(report.warnings).toEqual([
      'weights lie in external data, which goes with the result: weights.bin',
    ]);
    expect(report.result.externalData).toEqual(['weights.bin']);
    expect(report.validation.status).toBe(pipeline === '' ? 'skipped' : 'done');
  }
  await prune({ ...FAST, model, out: source, pipeline: 'tidy' });
  expect(await listing(source)).toEqual([
    'model.onnx',
    'report.html',
    'report.json',
    'tiny.onnx',
    'weights.bin',
  ]);
});

test('the pipeline is read before anything is touched', async () => {
  const { error, left } = await failure({ model: 'does not exist', pipeline: 'tidy{' });
  expect(error.code).toBe('pipeline-syntax');
  expect(left).toEqual([]);
});

test('an interruption at any step leaves nothing behind', async () => {
  const folder = await emptyFolder();
  const [model, data] = [await savedModel(folder), await savedText(folder)];
  for (const step of ['reading', 'pass 1', 'comparing']) {
    const interruption = new AbortController();
    const listener = {
      ...recorder(),
      step: (title: string) => {
        if (title.startsWith(step)) interruption.abort();
      },
    };
    const { error, left } = await failure({
      model,
      data,
      pipeline: 'tidy',
      listener,
      signal: interruption.signal,
    });
    expect([step, error.code, left]).toEqual([step, 'cancelled', []]);
  }
});
