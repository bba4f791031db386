import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { hashParts } from '../../src/dataset/hashing.ts';
import { textDataset } from '../../src/sources/text.ts';
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

test('lines and documents become tokens, read by range', async () => {
  const path = file('x.txt', 'the cat\nsat\n\na dog ran\n');
  const lines = await textDataset({ path, rows: 'line', tokenizer, inputs });
  expect(lines.size).toBe(3);
  const [last] = await collect(lines.read(2));
  expect(last).toEqual({
    source: 'x.txt line 4',
    hash: hashParts(['a dog ran']),
    inputs: [
      {
        ids: {
          type: 'int64',
          dims: [5],
          data: BigInt64Array.from(
            ['[CLS]', 'a', 'dog', 'ran', '[SEP]'].map((word) => BigInt(ID[word] ?? -1)),
          ),
        },
      },
    ],
    bytes: 9,
  });
  const documents = await textDataset({ path, rows: 'document', tokenizer, inputs });
  expect(
    (await collect(documents.read())).map(({ source, inputs: [set] }) => [source, set?.ids?.dims]),
  ).toEqual([
    ['x.txt line 1', [5]],
    ['x.txt line 4', [5]],
  ]);
});

test('bytes of a row are told only where all of its text is in the tokens', async () => {
  const path = file('x.txt', 'the cat\nthe caté\na dog ran\n');
  const options = { path, rows: 'line', tokenizer, inputs } as const;
  const dataset = await textDataset({ ...options, maxLength: 5 });
  const bytesOf = async (each: typeof dataset) => (await collect(each.read())).map(({ bytes }) => bytes);
  expect(await bytesOf(dataset)).toEqual([7, undefined, undefined]);
  expect(await bytesOf(await textDataset({ ...options, maxLength: 50 }))).toEqual([7, 9, 9]);
  const rows = await collect(dataset.rows());
  const changed = await rows[0]?.example({ text: (text) => text.toUpperCase() });
  expect(changed?.bytes).toBeUndefined();
});

test('the fingerprint changes with text, unit, length and padding', async () => {
  const path = file('x.txt', 'the cat\n');
  const options = { path, rows: 'line', tokenizer, inputs } as const;
  const datasets = await Promise.all([
    textDataset(options),
    textDataset({ ...options, path: file('x.txt', 'the cat\n\n') }),
    textDataset({ ...options, rows: 'document' }),
    textDataset({ ...options, maxLength: 3 }),
    textDataset({ ...options, padding: { values: { ids: 0 }, side: 'right' } }),
  ]);
  expect(new Set(datasets.map(({ fingerprint }) => fingerprint)).size).toBe(datasets.length);
  const same = await textDataset({ ...options, path: file('y.txt', 'the cat\n') });
  expect(same.fingerprint).toBe(datasets[0]?.fingerprint);
});

test('an empty file is refused', async () => {
  const path = file('x.txt', '\n \n');
  await expect(textDataset({ path, rows: 'line', tokenizer, inputs })).rejects.toMatchObject({
    code: 'invalid-data',
    subject: path,
  });
});
