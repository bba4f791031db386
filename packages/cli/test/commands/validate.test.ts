import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyAudit } from '@sentei/runtime';
import { expect, test } from 'vitest';
import { emptyFolder, listing } from '../support/models.ts';
import { classModel, classRows, savedCard, savedModels } from '../support/pairs.ts';
import { sentei } from '../support/streams.ts';

async function run(scale: number, more: readonly string[]) {
  const folder = await emptyFolder();
  const { original = '', pruned = '' } = await savedModels(folder, {
    original: classModel(1),
    pruned: classModel(scale),
  });
  const data = await savedCard(folder, classRows(40));
  const flags = [`--data=${data}`, '--effort=short', '--threads=1'];
  return { folder, outcome: await sentei(['validate', original, pruned, ...flags, ...more]) };
}

test('pass ends with 0 and says why, within 80 columns', async () => {
  const { outcome } = await run(1, ['--budget=maxDrop=1% confidence=0.95']);
  expect(outcome.code).toBe(0);
  expect(outcome.stdout).toMatch(/^pass: .*pruned.onnx, budget maxDrop=0.01\s+confidence=0.95$/m);
  for (const part of [
    'pass maxDrop: drop (top-1 accuracy, rows.jsonl)',
    '│ top-1 accuracy,',
    'roll-out: share',
  ]) {
    expect(outcome.stdout).toContain(part);
  }
  const long = outcome.stdout.split('\n').filter((line) => line.length > 80);
  // A path stays in one piece.
  expect(long.every((line) => line.includes('.onnx'))).toBe(true);
});

test('fail ends with 8, in JSON as well', async () => {
  const { outcome, folder } = await run(-1, ['--budget=maxDrop=0.01', '--json']);
  expect(outcome.code).toBe(8);
  expect(JSON.parse(outcome.stdout)).toMatchObject({ version: 1, verdict: { outcome: 'fail' } });
  expect(outcome.stderr).toContain('does not hold maxDrop');
  expect(await listing(folder)).toEqual(['card.json', 'original.onnx', 'pruned.onnx', 'rows.jsonl']);
});

test('the log of a run has criterion, verdict and data', async () => {
  const folder = await emptyFolder();
  const audit = join(folder, 'audit.jsonl');
  await run(1, ['--budget=minTop1=0.9', `--audit=${audit}`]);
  const { runs } = await verifyAudit(audit);
  expect(runs).toMatchObject([
    {
      command: 'validate',
      outcome: 'done',
      verdict: 'pass',
      events: { 'model-read': 2, 'data-opened': 1, criterion: 1, verdict: 1 },
    },
  ]);
});

test.each([
  [['--budget=quick=1'], "a budget has no 'quick'"],
  [[], "required option '--budget <text>' not specified"],
])('wrong usage ends with 2: %s', async (flags, fault) => {
  const outcome = await sentei(['validate', 'a.onnx', 'b.onnx', ...flags]);
  expect(outcome).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(fault) });
});

test('a metric without data is wrong usage', async () => {
  const args = ['validate', 'a.onnx', 'b.onnx', '--budget=maxDrop=1', '--metric=top-1'];
  expect(await sentei(args)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--metric needs --data'),
  });
});

/** What is wrong with a set of rows, and what the command says of it. */
const FAULTS: readonly {
  readonly name: string;
  readonly rows?: readonly unknown[];
  readonly card?: object;
  readonly code: number;
  readonly says: RegExp;
}[] = [
  {
    name: 'wrong dtype',
    card: { inputs: { x: { name: 'x', type: 'int64' } } },
    code: 5,
    says: /wrong dtype: the card says int64 for input 'x', which takes float32/,
  },
  { name: 'missing input', rows: classRows(40).map(() => ({ class: 1 })), code: 5, says: /rows\.jsonl.*x/ },
  {
    name: 'ragged batch',
    rows: classRows(40).map((row, index) => (index === 25 ? { x: [1, 2, 3], class: 0 } : row)),
    card: { batch: { size: 8 } },
    code: 5,
    says: /rows\.jsonl line 26/,
  },
  { name: 'empty set', rows: [], code: 5, says: /empty|no rows|no line/ },
  {
    name: 'overlapping rows',
    rows: [...classRows(20), ...classRows(20)],
    code: 5,
    says: /10 rows of calibration are in heldout too: rows\.jsonl line 1 = rows\.jsonl line 21/,
  },
];

test.each(FAULTS)('$name ends with $code, one message and nothing left behind', async (fault) => {
  const folder = await emptyFolder();
  const { original = '' } = await savedModels(folder, { original: classModel(1) });
  const data = await savedCard(folder, fault.rows ?? classRows(40), fault.card);
  const before = await listing(folder);
  const flags = ['--budget=maxDrop=0.01', `--data=${data}`, '--effort=short', '--threads=1', '--quiet'];
  const outcome = await sentei(['validate', original, original, ...flags, `--out=${join(folder, 'out')}`]);
  expect(outcome).toMatchObject({ code: fault.code, stdout: '' });
  expect(outcome.stderr).toMatch(/^sentei: [^\n]+\nhint: [^\n]+\n$/);
  expect(outcome.stderr).toMatch(fault.says);
  expect(await listing(folder)).toEqual(before);
});

test('NaN in outputs ends with 7 and names the row and the output', async () => {
  const folder = await emptyFolder();
  const models = { original: classModel(1), broken: classModel(Number.NaN) };
  const { original = '', broken = '' } = await savedModels(folder, models);
  const data = await savedCard(folder, classRows(40));
  const flags = ['--budget=maxDrop=0.01', `--data=${data}`, '--effort=short', '--threads=1', '--quiet'];
  const outcome = await sentei(['validate', original, broken, ...flags]);
  expect(outcome).toMatchObject({ code: 7, stdout: '' });
  expect(outcome.stderr).toMatch(/the pruned model does not run.*rows\.jsonl line 21.*output 'y' has NaN/);
});

test('models that take other things end with 7', async () => {
  const folder = await emptyFolder();
  const gated = classModel(1, [true]);
  gated.metadataProps.clear();
  const { plain = '', pruned = '' } = await savedModels(folder, { plain: classModel(1), pruned: gated });
  const outcome = await sentei(['validate', plain, pruned, '--budget=maxSizeRatio=9', '--quiet']);
  expect(outcome).toMatchObject({ code: 7, stdout: '' });
  expect(outcome.stderr).toContain("input 'skip_gates' is one that the original does not have");
});

test('a file that is no model ends with 3', async () => {
  const folder = await emptyFolder();
  const text = join(folder, 'notes.txt');
  await writeFile(text, 'hello');
  expect((await sentei(['validate', text, text, '--budget=maxDrop=1', '--quiet'])).code).toBe(3);
});

test('an interruption ends with 130, leaves nothing but whole lines of the log, and they are in order', async () => {
  const folder = await emptyFolder();
  const { original = '' } = await savedModels(folder, { original: classModel(1) });
  const data = await savedCard(folder, classRows(40));
  const audit = join(folder, 'audit.jsonl');
  const before = await listing(folder);
  const flags = [`--data=${data}`, '--budget=maxDrop=1', `--audit=${audit}`, `--out=${join(folder, 'out')}`];
  const outcome = await sentei(
    ['validate', original, original, ...flags, '--quiet'],
    AbortSignal.timeout(1500),
  );
  expect(outcome).toMatchObject({ code: 130, stdout: '' });
  expect(await listing(folder)).toEqual(['audit.jsonl', ...before]);
  expect((await verifyAudit(audit)).runs).toMatchObject([{ outcome: 'failed' }]);
});
