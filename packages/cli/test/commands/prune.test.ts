import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emptyFolder, listing, savedModel, savedText } from '../support/models.ts';
import { sentei } from '../support/streams.ts';

test('the default pipeline ends with tables and a closing line', async () => {
  const folder = await emptyFolder();
  const [model, data, out] = [await savedModel(folder), await savedText(folder), join(folder, 'out')];
  const { code, stdout, stderr } = await sentei([
    'prune',
    model,
    `--out=${out}`,
    `--data=${data}`,
    '--validation=short',
    '--threads=1',
  ]);
  expect(code).toBe(0);
  expect(await listing(out)).toEqual(['model.onnx', 'report.html', 'report.json']);
  for (const part of ['│ 1 cleanup', '│ 2 acp', '│ 3 collapse', '│ 4 cleanup', 'bits per byte, 4 × 1024']) {
    expect(stdout).toContain(part);
  }
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(
    new RegExp(`^${model} \\([\\d.]+ KB\\) -> ${join(out, 'model.onnx')} \\([\\d.]+ KB\\)$`),
  );
  expect(stderr.split('\n').slice(0, 2)).toEqual([`reading ${model}`, 'pass 1 of 4: cleanup']);
  expect(stdout + stderr).not.toContain('\u001b');
});

test('warnings are said at the end again', async () => {
  const folder = await emptyFolder();
  const model = await savedModel(folder);
  const args = [
    'prune',
    model,
    '--out',
    join(folder, 'out'),
    '--pipeline',
    'cleanup',
    '--validation',
    'none',
  ];
  const { code, stdout, stderr } = await sentei(args);
  expect(code).toBe(0);
  const warning = 'warning: the result was not compared with the original, as asked\n';
  expect(stderr).toContain(warning);
  expect(stdout).toContain(warning);
});

test('a budget beside the loss is held, or nothing is written', async () => {
  const folder = await emptyFolder();
  const [model, data, out] = [await savedModel(folder), await savedText(folder, 40_000), join(folder, 'out')];
  const args = ['prune', model, `--out=${out}`, `--data=${data}`, '--pipeline=cleanup', '--threads=1'];
  const quick = [...args, '--validation=short', '--quiet'];
  const failed = await sentei([...quick, '--budget=maxShiftDrop=0.1']);
  expect(failed).toMatchObject({ code: 8, stdout: '' });
  expect(failed.stderr).toContain('shift drop was not measured');
  expect(await listing(folder)).toEqual(['text.txt', 'tiny.onnx']);
  const held = await sentei([
    ...quick,
    '--budget=maxDrop=0.5 minTop1=0.9 maxSizeRatio=1 confidence=0.9',
    '--json',
  ]);
  expect(held.code).toBe(0);
  expect(JSON.parse(held.stdout)).toMatchObject({
    budget: { maxDrop: 0.5 },
    verdict: {
      outcome: 'pass',
      criteria: [{ name: 'maxDrop' }, { name: 'minTop1' }, { name: 'maxSizeRatio' }],
    },
  });
  const both = await sentei([...args, '--max-drop=0.1', '--budget=maxDrop=0.5']);
  expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('give one of them') });
});

test('a result for another device than there is says that it was not run there', async () => {
  const folder = await emptyFolder();
  const [model, data, out] = [await savedModel(folder), await savedText(folder), join(folder, 'out')];
  const args = ['prune', model, `--out=${out}`, `--data=${data}`, '--pipeline=cleanup', '--threads=1'];
  const run = [...args, '--validation=short', '--target=cuda', '--provider=cpu', '--json'];
  const { code, stdout, stderr } = await sentei(run);
  expect(code).toBe(0);
  expect(stderr).toContain('the result was not run on cuda');
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({
    options: { target: 'cuda' },
    pipeline: { text: 'cleanup' },
    validation: {
      executionProvider: 'cpu',
      speed: [],
      leftOut: expect.arrayContaining([{ part: 'speed', what: 'all sizes', reason: 'not run on cuda' }]),
    },
  });
  expect(report.warnings).toEqual([expect.stringContaining('for its accuracy alone')]);
  expect(report.validation.quality.length).toBeGreaterThan(0);
  expect((await sentei([...args, '--target=tpu'])).code).toBe(2);
});
