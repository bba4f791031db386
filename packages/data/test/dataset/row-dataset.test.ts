import { expect, test } from 'vitest';
import { rowsOf } from '../../src/dataset/row-dataset.ts';
import type { Example } from '../../src/dataset/types.ts';
import { collect, listDataset } from '../support/list-dataset.ts';

const examples = ['a', 'b', 'c'].map((name): Example => ({ source: name, hash: name, inputs: [] }));
const names = (found: readonly { source: string }[]) => found.map(({ source }) => source).join('');

test('ranges are cut to what there is', async () => {
  const dataset = listDataset(examples);
  expect(names(await collect(dataset.read()))).toBe('abc');
  expect(names(await collect(dataset.read(1, 2)))).toBe('b');
  expect(names(await collect(dataset.read(-1, 9)))).toBe('abc');
  expect(names(await collect(dataset.read(2, 1)))).toBe('');
  expect(names(await collect(dataset.rows(1)))).toBe('bc');
});

test('rows of a dataset that knows only examples are its examples', async () => {
  const { rows: _, ...plain } = listDataset(examples);
  const found = await collect(rowsOf(plain, 1));
  expect(names(found)).toBe('bc');
  expect(await found[0]?.example()).toBe(examples[1]);
});

test('an aborted read stops', async () => {
  const reading = collect(listDataset(examples).read(0, 3, AbortSignal.abort()));
  await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
});
