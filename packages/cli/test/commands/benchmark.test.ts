import { expect, test } from 'vitest';
import { emptyFolder, savedModel } from '../support/models.ts';
import { sentei } from '../support/streams.ts';

const quick = '--points batch=1,length=4 --level all --threads 1 --rounds 6 --processes 1 --starts 1'.split(
  ' ',
);

test('a pair of models is measured and shown', async () => {
  const model = await savedModel(await emptyFolder());
  const { code, stdout, stderr } = await sentei(['benchmark', model, model, ...quick]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/│ batch 1, length 4, all │ .* │ +\d\.\d\d × │ +\d\.\d\d - \d+\.\d\d │/);
  expect(stdout).toContain('cold start');
  expect(stderr).toContain(`measuring ${model} and ${model}`);
});

test('one model alone is measured, and --json gives everything', async () => {
  const model = await savedModel(await emptyFolder());
  const { code, stdout } = await sentei(['benchmark', model, ...quick, '--no-energy', '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    original: model,
    figures: [{ label: 'batch 1, length 4', graphOptimizationLevel: 'all', rounds: 6 }],
    energy: { status: 'unknown', reason: 'it was not asked for' },
  });
});

test.each([
  [['--level', 'most'], 2],
  [['--points', 'length'], 4],
  [['--points', 'frames=3'], 4],
  [['--rounds', '2'], 4],
])('%j is refused', async (flags, code) => {
  const model = await savedModel(await emptyFolder());
  expect((await sentei(['benchmark', model, ...flags])).code).toBe(code);
});

test('a model that is not there is named', async () => {
  const { code, stderr } = await sentei(['benchmark', '/nowhere.onnx', ...quick]);
  expect([code, stderr]).toEqual([3, expect.stringContaining('/nowhere.onnx')]);
});
