import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { arraysDataset } from '../../src/sources/arrays.ts';
import { collect } from '../support/list-dataset.ts';
import { npy, zip } from '../support/npy.ts';
import { temporaryFiles } from '../support/write-files.ts';

const file = temporaryFiles();
const x = npy(Float32Array.of(1, 2, 3, 4, 5, 6), { descr: '<f4', dims: [3, 2] });
const y = npy(BigInt64Array.of(0n, 1n, 0n), { descr: '<i8', dims: [3] });
const arrays = { x: { name: 'pixels', type: 'float32' } } as const;
const label = { field: 'y', type: 'class' } as const;
const refused = (message: RegExp) => ({ code: 'invalid-data', message: expect.stringMatching(message) });

test('rows of an archive, of a folder and of a file are the same examples', async () => {
  const folder = dirname(file('x.npy', x));
  await writeFile(join(folder, 'y.npy'), y);
  const paths = [
    file('d.npz', zip({ 'x.npy': x, 'y.npy': y })),
    file('d.npz', zip({ 'x.npy': x, 'y.npy': y }, true)),
    folder,
  ];
  const all = await Promise.all(
    paths.map(async (path) => collect((await arraysDataset({ path, arrays, label })).read(1))),
  );
  for (const examples of all) {
    expect(examples.map(({ inputs, label: found }) => [inputs[0]?.pixels?.data, found])).toEqual([
      [Float32Array.of(3, 4), 1],
      [Float32Array.of(5, 6), 0],
    ]);
    expect(examples.map(({ hash }) => hash)).toEqual(all[0]?.map(({ hash }) => hash));
  }
  expect(all[0]?.[0]?.source).toBe('d.npz row 1');
});

test('a label may be a row of numbers, or a tensor', async () => {
  const path = file('d.npz', zip({ 'x.npy': x, 'y.npy': y, 'z.npy': x }));
  const read = async (type: 'numbers' | 'tensor') =>
    (await collect((await arraysDataset({ path, arrays, label: { field: 'z', type } })).read()))[0]?.label;
  expect(await read('numbers')).toEqual([1, 2]);
  expect(await read('tensor')).toEqual({ type: 'float32', dims: [2], data: Float32Array.of(1, 2) });
});

test('what does not fit is named before any row is read', async () => {
  const open = (
    files: Record<string, Buffer>,
    wanted: Parameters<typeof arraysDataset>[0]['arrays'] = arrays,
  ) => arraysDataset({ path: file('d.npz', zip(files)), arrays: wanted, label });
  const int = { x: { name: 'ids', type: 'int64' } } as const;
  await expect(open({ 'x.npy': x })).rejects.toMatchObject(refused(/has no array 'y'/));
  await expect(open({ 'x.npy': x, 'y.npy': y }, int)).rejects.toMatchObject(
    refused(/wrong dtype: array 'x' is float32, input 'ids' takes int64/),
  );
  const short = npy(BigInt64Array.of(0n), { descr: '<i8', dims: [1] });
  await expect(open({ 'x.npy': x, 'y.npy': short })).rejects.toMatchObject(
    refused(/'y' has 1 rows, 'x' has 3/),
  );
  const none = npy(new Float32Array(0), { descr: '<f4', dims: [0, 2] });
  await expect(open({ 'x.npy': none, 'y.npy': y })).rejects.toMatchObject(refused(/array 'x' is empty/));
  await expect(open({ 'x.npy': x.subarray(0, x.length - 2), 'y.npy': y })).rejects.toMatchObject(
    refused(/truncated/),
  );
});

test('a row that is not finite is named', async () => {
  const nan = npy(Float32Array.of(1, Number.NaN), { descr: '<f4', dims: [2, 1] });
  const dataset = await arraysDataset({ path: file('x.npy', nan), arrays });
  expect(await collect(dataset.read(0, 1))).toHaveLength(1);
  await expect(collect(dataset.read())).rejects.toMatchObject({
    subject: 'x.npy row 1',
    message: expect.stringMatching(/field 'x' is NaN at element 0/),
  });
});
