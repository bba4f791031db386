import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IndexList, pickRows, sliceRows, spreadRows } from '../../src/splits/select.ts';
import { collect, listDataset } from '../support/list-dataset.ts';
import { numbered } from '../support/numbered.ts';

test('law: slices and picks are those of the list, by any range, and tell their rows in the fingerprint', async () => {
  const dataset = listDataset(numbered(20));
  const all = await collect(dataset.read());
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat(19)), fc.nat(20), fc.nat(20), async (chosen, from, to) => {
      const indices = Uint32Array.from(chosen.sort((a, b) => a - b));
      const picked = pickRows(dataset, indices);
      const expected = [...indices].flatMap((index) => all[index] ?? []);
      expect(picked.size).toBe(indices.length);
      expect(await collect(picked.read(from, to))).toEqual(expected.slice(from, Math.max(from, to)));
      const sliced = sliceRows(dataset, from, to);
      expect(await collect(sliced.read())).toEqual(all.slice(from, Math.max(from, to)));
      expect(sliced.size).toBe(all.slice(from, Math.max(from, to)).length);
    }),
  );
  expect(pickRows(dataset, Uint32Array.of(1)).fingerprint).not.toBe(
    pickRows(dataset, Uint32Array.of(2)).fingerprint,
  );
  expect(sliceRows(dataset, 1, 2).fingerprint).not.toBe(sliceRows(dataset, 1, 3).fingerprint);
});

test('rows are spread over the whole of a dataset, or are all of it', async () => {
  const dataset = listDataset(numbered(10));
  const all = await collect(dataset.read());
  expect(await collect(spreadRows(dataset, 3).read())).toEqual([all[0], all[3], all[6]]);
  expect(spreadRows(dataset, 10)).toBe(dataset);
});

test('a list of indices grows as far as it has to', () => {
  const list = new IndexList();
  for (let index = 0; index < 5000; index++) list.add(index * 2);
  expect([...list.toArray()]).toEqual(Array.from({ length: 5000 }, (_, index) => index * 2));
});

test('rows between picked ones are not made into tensors', async () => {
  const dataset = listDataset(numbered(10));
  let made = 0;
  const counted = {
    ...dataset,
    async *rows(from?: number, to?: number) {
      for await (const row of dataset.rows(from, to)) {
        const example = async () => {
          made++;
          return row.example();
        };
        yield { ...row, example };
      }
    },
  };
  await collect(pickRows(counted, Uint32Array.of(0, 9)).read());
  expect(made).toBe(2);
});
