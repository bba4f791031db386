import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emptyFolder, savedModel } from '../support/models.ts';
import { sentei } from '../support/streams.ts';
import { savedVariedText } from '../support/varied-text.ts';

test('a model is calibrated, and what the file holds is shown again', async () => {
  const folder = await emptyFolder();
  const [model, data, out] = [
    await savedModel(folder),
    await savedVariedText(folder),
    join(folder, 'all.stats'),
  ];
  const first = await sentei(['calibrate', model, '--data', data, '--length', '64', '--out', out]);
  expect(first.code).toBe(0);
  expect(first.stdout).toContain('32 examples\n');
  expect(first.stdout).toMatch(/│ \S+ │ 2,048 │ +8 │/);
  expect(first.stderr).toContain('running');
  const again = await sentei(['calibrate', '--print', out]);
  expect(again).toMatchObject({ code: 0, stdout: first.stdout });
  const { code, stdout } = await sentei(['calibrate', '--print', out, '--json']);
  expect(code).toBe(0);
  const description = JSON.parse(stdout);
  expect(description).toMatchObject({ model, examples: 32, isComplete: true, blocks: [[0, 4]] });
  expect(description.taps[0].moments.mean).toHaveLength(8);
});

test('shards are merged', async () => {
  const folder = await emptyFolder();
  const [model, data] = [await savedModel(folder), await savedVariedText(folder)];
  const shards = ['1/2', '2/2'].map((shard, index) => [shard, join(folder, `${index}.stats`)] as const);
  for (const [shard, out] of shards) {
    const args = ['calibrate', model, '--data', data, '--length', '64', '--shard', shard, '--out', out];
    expect((await sentei(args)).code).toBe(0);
  }
  const merged = await sentei(['calibrate', '--merge', ...shards.map(([, out]) => out)]);
  expect(merged).toMatchObject({ code: 0, stdout: expect.stringContaining('32 examples\n') });
  const part = await sentei(['calibrate', '--merge', shards[0]?.[1] ?? '']);
  expect(part).toMatchObject({ code: 5, stderr: expect.stringContaining('do not cover the data') });
});

test('it runs on the provider that is asked for, or not at all', async () => {
  const folder = await emptyFolder();
  const [model, data] = [await savedModel(folder), await savedVariedText(folder)];
  const args = ['calibrate', model, '--data', data, '--length', '64', '--provider', 'cuda', '--json'];
  const { code, stdout, stderr } = await sentei(args);
  if (code === 0) expect(JSON.parse(stdout).settings.executionProvider).toBe('cuda');
  else expect({ code, stderr }).toEqual({ code: 7, stderr: expect.stringMatching(/cuda/i) });
});

test('the data is not written over', async () => {
  const folder = await emptyFolder();
  const [model, data] = [await savedModel(folder), await savedVariedText(folder)];
  const before = await readFile(data);
  expect((await sentei(['calibrate', model, '--data', data, '--out', data])).code).toBe(6);
  expect(await readFile(data)).toEqual(before);
});

test.each([
  [[]],
  [['model.onnx']],
  [['model.onnx', '--data', 'd.txt', '--print', 'x.stats']],
  [['model.onnx', '--data', 'd.txt', '--shard', '1/2']],
  [['model.onnx', '--data', 'd.txt', '--shard', '3/2', '--out', 'x']],
  [['model.onnx', '--data', 'd.txt', '--shard', 'first', '--out', 'x']],
])('%j is wrong usage', async (args) => {
  expect((await sentei(['calibrate', ...args])).code).toBe(2);
});
