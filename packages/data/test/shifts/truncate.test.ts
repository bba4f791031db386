import { join } from 'node:path';
import { expect, test } from 'vitest';
import { truncate } from '../../src/shifts/truncate.ts';
import { arraysDataset } from '../../src/sources/arrays.ts';
import { bytesDataset } from '../../src/sources/bytes.ts';
import { textDataset } from '../../src/sources/text.ts';
import { openTokenizer } from '../../src/tokens/tokenizer.ts';
import { collect } from '../support/list-dataset.ts';
import { npy } from '../support/npy.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ID, writeTokenizer } from '../support/tiny-tokenizer.ts';
import { temporaryFiles } from '../support/write-files.ts';

const folder = temporaryFolder();
const file = temporaryFiles();

test('the first share of bytes is kept, two at least', async () => {
  const dataset = await bytesDataset({ path: file('x.txt', 'abcdefghij'), input: 'x', length: 10 });
  const kept = async (keep?: number) =>
    (await collect(truncate(dataset, { keep }).read()))[0]?.inputs[0]?.x?.dims;
  expect(await kept()).toEqual([5]);
  expect(await kept(0.71)).toEqual([8]);
  expect(await kept(0.01)).toEqual([2]);
  expect(await kept(1)).toEqual([10]);
});

test('special tokens stay around what is kept of a text', async () => {
  const tokenizer = await openTokenizer(await writeTokenizer(join(folder(), 'tiny')));
  const inputs = { input_ids: { name: 'x', type: 'int64' } } as const;
  const path = file('x.txt', 'the cat sat on\n');
  const dataset = truncate(await textDataset({ path, rows: 'line', tokenizer, inputs }));
  const [example] = await collect(dataset.read());
  expect(Array.from(example?.inputs[0]?.x?.data ?? [], Number)).toEqual([
    ID['[CLS]'],
    ID.the,
    ID.cat,
    ID['[SEP]'],
  ]);
});

test('arrays have no end to cut, and shares above 1 are refused', async () => {
  const path = file('x.npy', npy(Float32Array.of(1), { descr: '<f4', dims: [1] }));
  const dataset = await arraysDataset({ path, arrays: { x: { name: 'x', type: 'float32' } } });
  await expect(collect(truncate(dataset).read())).rejects.toMatchObject({ code: 'invalid-data' });
  expect(() => truncate(dataset, { keep: 1.1 })).toThrow(expect.objectContaining({ code: 'invalid-option' }));
});
