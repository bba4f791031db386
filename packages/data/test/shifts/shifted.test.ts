import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Change } from '../../src/dataset/types.ts';
import { shifted } from '../../src/shifts/shifted.ts';
import { bytesDataset } from '../../src/sources/bytes.ts';
import { textDataset } from '../../src/sources/text.ts';
import { openTokenizer, type Tokenizer } from '../../src/tokens/tokenizer.ts';
import { collect, listDataset } from '../support/list-dataset.ts';
import { numbered } from '../support/numbered.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeTokenizer } from '../support/tiny-tokenizer.ts';
import { temporaryFiles } from '../support/write-files.ts';

const folder = temporaryFolder();
const file = temporaryFiles();
let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await openTokenizer(await writeTokenizer(join(folder(), 'tiny')));
});
const inputs = { input_ids: { name: 'x', type: 'int64' } } as const;
const append =
  (value: number): (() => Change) =>
  () => ({ bytes: (bytes) => Uint8Array.of(...bytes, value) });

test('a shift of a shifted dataset comes after the first', async () => {
  const dataset = await bytesDataset({ path: file('x.txt', 'a'), input: 'x', length: 1 });
  const twice = shifted(shifted(dataset, 'first', append(1)), 'second', append(2));
  expect(twice.name).toBe('x.txt, first, second');
  const [example] = await collect(twice.read());
  expect(Array.from(example?.inputs[0]?.x?.data ?? [], Number)).toEqual([97, 1, 2]);
});

test('a change is made once, whatever follows it', async () => {
  const dataset = await textDataset({ path: file('x.txt', 'cat\n'), rows: 'line', tokenizer, inputs });
  let calls = 0;
  const counting = (): Change => ({
    text(text) {
      calls++;
      return text;
    },
  });
  await collect(
    shifted(shifted(dataset, 'first', counting), 'second', () => ({ tokens: (ids) => ids })).read(),
  );
  expect(calls).toBe(1);
});

test('a dataset that only knows examples cannot be shifted', async () => {
  const dataset = shifted(listDataset(numbered(1)), 'first', append(1));
  await expect(collect(dataset.read())).rejects.toMatchObject({
    code: 'invalid-data',
    message: expect.stringMatching(/nothing that a shift by first can change/),
  });
});
