import { join } from 'node:path';
import { carriedStates, readModel } from '@sentei/ir';
import { expect, test } from 'vitest';
import { forgettingFile } from '../support/forgetting-file.ts';
import { emptyFolder, savedModel } from '../support/models.ts';
import { sentei } from '../support/streams.ts';

test('a decoder is written beside its model', async () => {
  const folder = await emptyFolder();
  const model = await forgettingFile(folder);
  const out = join(folder, 'new', 'decoder.onnx');
  const { code, stdout, stderr } = await sentei(['decoder', model, '--out', out]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('all keys stay in the cache');
  const states = carriedStates(await readModel(out));
  expect(states.map(({ append }) => append)).toEqual([2, 2, undefined, 2, 2, undefined, undefined]);
});

test('keys leave the cache on demand, and --json says how states are kept', async () => {
  const folder = await emptyFolder();
  const model = await forgettingFile(folder);
  const out = join(folder, 'decoder.onnx');
  const flags = ['--evict', '--epsilon', '1e-3', '--cache', 'float16', '--returns', 'whole', '--json'];
  const { code, stdout } = await sentei(['decoder', model, '--out', out, ...flags]);
  expect(code).toBe(0);
  const made = JSON.parse(stdout);
  expect(made).toMatchObject({ out, epsilon: 1e-3, cache: 'float16', returns: 'whole' });
  expect(made.attention).toMatchObject([{ heads: 2, groups: [[0], [1]], forgets: true }]);
  expect(made.states).toEqual(carriedStates(await readModel(out)));
});

test.each([
  [['--epsilon', '1e-3'], 2],
  [['--evict', '--epsilon', '0'], 2],
  [['--cache', 'int8'], 2],
])('%j is refused', async (flags, code) => {
  const folder = await emptyFolder();
  const model = await forgettingFile(folder);
  expect((await sentei(['decoder', model, '--out', join(folder, 'out.onnx'), ...flags])).code).toBe(code);
});

test('a model that cannot be decoded is named with the reason, and nothing is written', async () => {
  const folder = await emptyFolder();
  const model = await savedModel(folder);
  const { code, stderr } = await sentei(['decoder', model, '--out', join(folder, 'out.onnx')]);
  expect([code, stderr]).toEqual([3, expect.stringContaining('no attention that is causal and forgets')]);
  expect((await sentei(['decoder', model, '--out', model])).code).toBe(6);
  expect((await sentei(['decoder', 'none.onnx', '--out', join(folder, 'out.onnx')])).code).toBe(3);
  expect((await sentei(['decoder', model])).code).toBe(2);
});
