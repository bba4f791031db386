import { join } from 'node:path';
import { seededRandom } from '@sentei/ir';
import { beforeAll, expect, test } from 'vitest';
import { tokenWindowsDataset } from '../../src/sources/token-windows.ts';
import { openTokenizer, type Tokenizer } from '../../src/tokens/tokenizer.ts';
import { collect } from '../support/list-dataset.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ID, writeTokenizer } from '../support/tiny-tokenizer.ts';
import { temporaryFiles } from '../support/write-files.ts';

const folder = temporaryFolder();
const file = temporaryFiles();
let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await openTokenizer(await writeTokenizer(join(folder(), 'tiny')));
});
const inputs = { input_ids: { name: 'ids', type: 'int64' } } as const;

test('windows are those of all tokens of the text, over the ends of lines and pieces, from any one on', async () => {
  const random = seededRandom(2);
  const words = Array.from(
    { length: 12_000 },
    () => ['the', 'cat', 'sat', 'on', 'a', 'mat'][random.below(6)] ?? 'a',
  );
  const text = words.map((word, index) => word + (index % 11 === 10 ? '\n' : ' ')).join('');
  const dataset = await tokenWindowsDataset({
    path: file('x.txt', text),
    tokenizer,
    inputs,
    length: 7,
    stride: 3,
  });
  expect([dataset.size, dataset.reach]).toEqual([Math.floor((12_000 - 7) / 3) + 1, 2]);
  const expected = (row: number) => words.slice(row * 3, row * 3 + 7).map((word) => ID[word]);
  const all = await collect(dataset.read());
  const ids = all.map((example) => Array.from(example.inputs[0]?.ids?.data ?? [], Number));
  expect(ids).toEqual(ids.map((_, row) => expected(row)));
  const [one] = await collect(dataset.read(3000, 3001));
  expect(one).toEqual(all[3000]);
});

test('a window can have the special tokens in its length', async () => {
  const path = file('x.txt', 'the cat sat on');
  const dataset = await tokenWindowsDataset({ path, tokenizer, inputs, length: 4, specialTokens: true });
  const ids = (await collect(dataset.read())).map((each) =>
    Array.from(each.inputs[0]?.ids?.data ?? [], Number),
  );
  expect(ids).toEqual([
    [ID['[CLS]'], ID.the, ID.cat, ID['[SEP]']],
    [ID['[CLS]'], ID.sat, ID.on, ID['[SEP]']],
  ]);
});

test('too little text, and windows of special tokens alone, are refused', async () => {
  const path = file('x.txt', 'the cat');
  const refused = { code: 'invalid-data', subject: path };
  await expect(tokenWindowsDataset({ path, tokenizer, inputs, length: 3 })).rejects.toMatchObject(refused);
  await expect(
    tokenWindowsDataset({ path, tokenizer, inputs, length: 2, specialTokens: true }),
  ).rejects.toMatchObject(refused);
});
