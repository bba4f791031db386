import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { RowDataset } from '../../src/dataset/row-dataset.ts';
import { noise } from '../../src/shifts/noise.ts';
import { arraysDataset } from '../../src/sources/arrays.ts';
import { bytesDataset } from '../../src/sources/bytes.ts';
import { textDataset } from '../../src/sources/text.ts';
import { tokenWindowsDataset } from '../../src/sources/token-windows.ts';
import { openTokenizer, type Tokenizer } from '../../src/tokens/tokenizer.ts';
import { collect } from '../support/list-dataset.ts';
import { npy } from '../support/npy.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ID, writeTokenizer } from '../support/tiny-tokenizer.ts';
import { temporaryFiles } from '../support/write-files.ts';

const folder = temporaryFolder();
const file = temporaryFiles();
let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await openTokenizer(await writeTokenizer(join(folder(), 'tiny')));
});
const inputs = { input_ids: { name: 'x', type: 'int64' } } as const;
const elements = async (dataset: RowDataset) =>
  (await collect(dataset.read())).map(({ inputs: [set] }) => Array.from(set?.x?.data ?? [], Number));

/** Share of elements that are others. */
function changedShare(before: number[][], after: number[][]): number {
  const pairs = before.flatMap((row, at) => row.map((value, place) => value !== after[at]?.[place]));
  return pairs.filter(Boolean).length / pairs.length;
}

test('bytes are replaced by others of the same window, at about the rate, and the same ones again', async () => {
  const text = Array.from({ length: 4000 }, (_, index) => String.fromCharCode(97 + ((index * 7) % 26))).join(
    '',
  );
  const dataset = await bytesDataset({ path: file('x.txt', text), input: 'x', length: 100 });
  const before = await elements(dataset);
  const noisy = noise(dataset, { rate: 0.3, seed: 1 });
  const after = await elements(noisy);
  expect(Math.abs(changedShare(before, after) - 0.3 * (25 / 26))).toBeLessThan(0.05);
  expect(after.every((row, at) => row.every((byte) => before[at]?.includes(byte)))).toBe(true);
  expect(await elements(noise(dataset, { rate: 0.3, seed: 1 }))).toEqual(after);
  expect(await elements(noise(dataset, { rate: 0.3, seed: 2 }))).not.toEqual(after);
  const [third] = await collect(noisy.read(2, 3));
  expect(Array.from(third?.inputs[0]?.x?.data ?? [], Number)).toEqual(after[2]);
});

test('law: a row changes in the same way alone and among others, whatever the seed', async () => {
  const dataset = await bytesDataset({
    path: file('x.txt', 'abcdefghijklmnopqrstuvwx'),
    input: 'x',
    length: 6,
  });
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.nat(3), async (seed, row) => {
      const noisy = noise(dataset, { rate: 0.5, seed });
      const [alone] = await collect(noisy.read(row, row + 1));
      expect(alone).toEqual((await collect(noisy.read()))[row]);
    }),
    { numRuns: 30 },
  );
});

test('rows keep hash, source and label; the fingerprint tells the shift', async () => {
  const dataset = await bytesDataset({ path: file('x.txt', 'abcdefgh'), input: 'x', length: 4 });
  const noisy = noise(dataset, { rate: 1 });
  const kept = async (each: RowDataset) =>
    (await collect(each.read())).map(({ source, hash, label }) => [source, hash, label]);
  expect(await kept(noisy)).toEqual(await kept(dataset));
  const prints = [dataset, noisy, noise(dataset, { rate: 0.5 }), noise(dataset, { rate: 1, seed: 1 })];
  expect(new Set(prints.map(({ fingerprint }) => fingerprint)).size).toBe(4);
});

test('characters of text are replaced before it is tokenized, tokens after, special ones never', async () => {
  const path = file('x.txt', 'the cat sat on a mat the dog ran\n');
  const dataset = await textDataset({ path, rows: 'line', tokenizer, inputs });
  const [before = []] = await elements(dataset);
  const [byCharacter = []] = await elements(noise(dataset, { rate: 0.2 }));
  expect(byCharacter).toContain(ID['[UNK]']);
  expect(byCharacter.length).toBe(before.length);
  const [byToken = []] = await elements(noise(dataset, { rate: 1, unit: 'token' }));
  expect([byToken[0], byToken.at(-1), byToken.length]).toEqual([ID['[CLS]'], ID['[SEP]'], before.length]);
  expect(byToken.slice(1, -1).every((id) => tokenizer.vocabulary.includes(id))).toBe(true);
  expect(byToken).not.toEqual(before);
});

test('windows of tokens, which have no characters, get other tokens', async () => {
  const path = file('x.txt', 'the cat sat on a mat '.repeat(50));
  const dataset = await tokenWindowsDataset({ path, tokenizer, inputs, length: 100 });
  const share = changedShare(await elements(dataset), await elements(noise(dataset, { rate: 0.5 })));
  expect(Math.abs(share - 0.5)).toBeLessThan(0.12);
});

test('floating-point inputs get normal noise in units of their own deviation', async () => {
  const values = Float32Array.from({ length: 10_000 }, (_, index) => (index % 2 === 0 ? 30 : 10));
  const path = file('x.npy', npy(values, { descr: '<f4', dims: [1, 10_000] }));
  const dataset = await arraysDataset({ path, arrays: { x: { name: 'x', type: 'float32' } } });
  const [after = []] = await elements(noise(dataset, { rate: 0.2 }));
  const added = after.map((value, index) => value - (values[index] ?? 0));
  const mean = added.reduce((a, b) => a + b) / added.length;
  const deviation = Math.sqrt(added.reduce((sum, each) => sum + (each - mean) ** 2, 0) / added.length);
  expect(Math.abs(mean)).toBeLessThan(0.1);
  expect(Math.abs(deviation - 2)).toBeLessThan(0.1);
});

test('options out of range are refused, and so are rows without anything to change', async () => {
  const path = file('x.npy', npy(Int32Array.of(1), { descr: '<i4', dims: [1] }));
  const dataset = await arraysDataset({ path, arrays: { x: { name: 'x', type: 'int32' } } });
  expect(() => noise(dataset, { rate: 0 })).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  await expect(collect(noise(dataset).read())).rejects.toMatchObject({
    code: 'invalid-data',
    subject: 'x.npy row 0',
  });
});
