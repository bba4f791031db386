import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Budget } from '@sentei/runtime';
import { expect, test } from 'vitest';
import { type ValidateOptions, validate } from '../../src/validation/validate.ts';
import { byteModel, emptyFolder, listing, savedText } from '../support/models.ts';
import { classModel, classRows, savedCard, savedModels } from '../support/pairs.ts';

const quick = { threads: 1, effort: 'short' } as const;

async function validateClasses(scale: number, budget: Budget, more: Partial<ValidateOptions> = {}) {
  const folder = await emptyFolder();
  const { original = '', pruned = '' } = await savedModels(folder, {
    original: classModel(1),
    pruned: classModel(scale),
  });
  const data = await savedCard(folder, classRows(40));
  const record = await validate({ original, candidate: pruned, data, budget, ...quick, ...more });
  return { record, folder };
}

test('a model that answers the same passes, with what it was measured on', async () => {
  const budget = { maxDrop: 0.01, minTop1: 1, minCosine: 0.999, maxSizeRatio: 1, confidence: 0.95 };
  const { record } = await validateClasses(1, budget, { shift: 'noise=0.5' });
  expect(record.verdict).toMatchObject({ outcome: 'pass', budget });
  expect(record.verdict.criteria.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
    'maxDrop pass',
    'minTop1 pass',
    'minCosine pass',
    'maxSizeRatio pass',
  ]);
  expect(record.data).toMatchObject({ kind: 'jsonl', examples: 20, dropped: 0, metric: 'top-1 accuracy' });
  expect(record.validation.quality).toMatchObject([
    { shift: null, examples: 20, original: 1, candidate: 1, drop: 0 },
    { shift: 'noise=0.5', examples: 20 },
  ]);
  expect(record.rollout).toMatchObject({ kind: 'files', gateSteps: null });
  expect(record.rollout.watch[0]).toMatchObject({ needsLabels: true, budget: 0.01 });
});

test('a model that answers the opposite fails, and the record is written all the same', async () => {
  const folder = await emptyFolder();
  const out = join(folder, 'made', 'results');
  const { record } = await validateClasses(-1, { maxDrop: 0.01 }, { out });
  expect(record.verdict).toMatchObject({
    outcome: 'fail',
    criteria: [{ name: 'maxDrop', measured: 1, limit: 0.01, outcome: 'fail' }],
  });
  expect(await listing(out)).toEqual(['validation.json']);
  const written = JSON.parse(await readFile(join(out, 'validation.json'), 'utf8'));
  expect(written).toMatchObject({ version: 1, verdict: { outcome: 'fail' }, data: record.data });
});

test('what cannot be measured fails unless it is allowed to', async () => {
  const budget = { maxShiftDrop: 0.01, maxSizeRatio: 1 };
  expect((await validateClasses(1, budget)).record.verdict).toMatchObject({
    outcome: 'fail',
    criteria: [{ outcome: 'unknown', reason: 'shift drop was not measured' }, { outcome: 'pass' }],
  });
  expect((await validateClasses(1, budget, { allowUnknown: true })).record.verdict.outcome).toBe('pass');
});

test('a text is measured in windows, and a gated model is fed its own gates', async () => {
  const folder = await emptyFolder();
  const data = await savedText(folder);
  const { original = '', pruned = '' } = await savedModels(folder, {
    original: byteModel(),
    pruned: byteModel({ branch: 0.1001 }),
  });
  const text = await validate({ original, candidate: pruned, data, budget: { maxDrop: 0.01 }, ...quick });
  expect(text.validation.quality).toMatchObject([
    { metric: 'bits per byte', where: '4 × 1024', examples: 4 },
    { where: '1 × 4096', interval: null },
  ]);
  expect(text.validation.agreement).toMatchObject([{ where: 'held-out text', top1: { mean: 1 } }]);
  expect(text.rollout.watch[0]).toMatchObject({ needsLabels: false });
  const shifted = await validate({
    original,
    candidate: pruned,
    data,
    shift: 'noise=0.2',
    budget: { maxShiftDrop: 0.01 },
    ...quick,
  });
  expect(shifted.validation.quality.slice(-2)).toMatchObject([
    { shift: null, examples: 4 },
    { shift: 'noise=0.2', examples: 4, excess: { lower: expect.any(Number) } },
  ]);

  const models = { plain: classModel(1), gated: classModel(1, [true, false, true]) };
  const { plain = '', gated = '' } = await savedModels(folder, models);
  const budget = { minCosine: 0.9 };
  const rows = await savedCard(folder, classRows(40));
  const record = await validate({ original: plain, candidate: gated, data: rows, budget, ...quick });
  expect(record).toMatchObject({
    verdict: { outcome: 'pass' },
    validation: { gates: { skip_gates: [true, false, true] } },
    rollout: { kind: 'gates' },
  });
  expect(record.rollout.gateSteps?.at(-1)?.skip).toEqual([true, false, true]);
});

test('nothing that is compared is written over', async () => {
  const folder = await emptyFolder();
  const data = await savedCard(folder, classRows(40));
  const { original = '' } = await savedModels(folder, { original: classModel(1) });
  const models = { original, candidate: original, budget: { maxDrop: 1 }, ...quick };
  await expect(validate({ ...models, data, out: data })).rejects.toMatchObject({ code: 'output-unwritable' });
});
