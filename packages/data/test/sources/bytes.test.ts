import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bytesDataset } from '../../src/sources/bytes.ts';
import { collect } from '../support/list-dataset.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();

async function textFile(text: string, name = 'text.txt'): Promise<string> {
  const path = join(folder(), name);
  await writeFile(path, text);
  return path;
}

test('windows of bytes are int64 tensors; what is shorter than one is left out', async () => {
  const path = await textFile('abcdefgh');
  const dataset = await bytesDataset({ path, input: 'ids', length: 3 });
  expect(dataset.size).toBe(2);
  const examples = await collect(dataset.read());
  expect(examples.map(({ source }) => source)).toEqual(['text.txt bytes 0 to 3', 'text.txt bytes 3 to 6']);
  expect(examples[1]?.inputs).toEqual([
    { ids: { type: 'int64', dims: [3], data: BigInt64Array.of(100n, 101n, 102n) } },
  ]);
});

test('windows may overlap, stay in their share of the file, and be read by range', async () => {
  const path = await textFile('abcdefgh');
  const dataset = await bytesDataset({ path, input: 'ids', length: 3, stride: 1, from: 0.5, type: 'int32' });
  expect(dataset.size).toBe(2);
  const [last] = await collect(dataset.read(1));
  expect(last).toMatchObject({ source: 'text.txt bytes 5 to 8', inputs: [{ ids: { type: 'int32' } }] });
  expect(await collect(dataset.read(2))).toEqual([]);
});

test('the same bytes have the same hash in any file, and any option changes the fingerprint', async () => {
  const options = { path: await textFile('abcabc'), input: 'ids', length: 3 };
  const other = await textFile('xyzabc', 'other.txt');
  const dataset = await bytesDataset(options);
  const hashes = (await collect(dataset.read())).map(({ hash }) => hash);
  expect(hashes[0]).toBe(hashes[1]);
  const [moved] = await collect((await bytesDataset({ ...options, path: other })).read(1));
  expect(moved?.hash).toBe(hashes[0]);
  const changed = await Promise.all([
    bytesDataset({ ...options, path: other }),
    bytesDataset({ ...options, length: 2 }),
    bytesDataset({ ...options, stride: 1 }),
    bytesDataset({ ...options, input: 'x' }),
    bytesDataset({ ...options, type: 'int32' }),
    bytesDataset({ ...options, to: 0.5 }),
  ]);
  const prints = [dataset, ...changed].map(({ fingerprint }) => fingerprint);
  expect(new Set(prints).size).toBe(prints.length);
  expect((await bytesDataset(options)).fingerprint).toBe(dataset.fingerprint);
});

test('a part that is shorter than a window says how much of the file it is', async () => {
  const path = await textFile('abcdefgh');
  await expect(bytesDataset({ path, input: 'x', length: 4, from: 0.25, to: 0.5 })).rejects.toMatchObject({
    message: `${path}: has 8 bytes, 2 to read in its part from 0.25 to 0.5, and a window takes 4`,
  });
});

test('what cannot be read is named', async () => {
  const path = await textFile('ab');
  const refused = { code: 'invalid-data' };
  await expect(bytesDataset({ path, input: 'x', length: 3 })).rejects.toMatchObject({
    ...refused,
    subject: path,
  });
  const missing = join(folder(), 'missing');
  await expect(bytesDataset({ path: missing, input: 'x' })).rejects.toMatchObject({
    ...refused,
    subject: missing,
  });
  await expect(bytesDataset({ path: folder(), input: 'x' })).rejects.toMatchObject({
    ...refused,
    subject: folder(),
  });
});

test('a file that changes after it was opened is refused', async () => {
  const path = await textFile('abcdef');
  const dataset = await bytesDataset({ path, input: 'x', length: 2 });
  await writeFile(path, 'abcdefg');
  await expect(collect(dataset.read())).rejects.toMatchObject({ code: 'invalid-data', subject: path });
});
