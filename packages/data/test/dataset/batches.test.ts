import { expect, test } from 'vitest';
import { batches } from '../../src/dataset/batches.ts';
import type { Example, Padding } from '../../src/dataset/types.ts';
import { hostTensor } from '../../src/tensors/host-tensor.ts';
import { collect, listDataset } from '../support/list-dataset.ts';

const padding: Padding = { values: { x: -1 }, side: 'right' };

function example(name: string, ...rows: number[][]): Example {
  const inputs = rows.map((row) => ({
    x: hostTensor('int64', [row.length], BigInt64Array.from(row, BigInt)),
  }));
  return { source: name, hash: name, inputs };
}

test('rows are stacked in order, the last batch has what is left', async () => {
  const dataset = listDataset([example('a', [1, 2]), example('b', [3, 4]), example('c', [5, 6])]);
  const found = await collect(batches(dataset, { batch: 2 }));
  expect(found.map(({ feeds }) => [feeds.x?.dims, [...(feeds.x?.data ?? [])].map(Number)])).toEqual([
    [
      [2, 2],
      [1, 2, 3, 4],
    ],
    [
      [1, 2],
      [5, 6],
    ],
  ]);
});

test('an example with two sets goes on in the next batch', async () => {
  const dataset = listDataset([example('a', [1], [2]), example('b', [3], [4])]);
  const found = await collect(batches(dataset, { batch: 3 }));
  expect(found.map(({ rows }) => rows)).toEqual([
    [
      { example: 0, set: 0 },
      { example: 0, set: 1 },
      { example: 1, set: 0 },
    ],
    [{ example: 0, set: 1 }],
  ]);
  expect(found[1]?.examples.map(({ source }) => source)).toEqual(['b']);
});

test('a ragged batch is refused by the name of its example, unless the padding says how', async () => {
  const rows = [example('a', [1, 2]), example('b', [3])];
  await expect(collect(batches(listDataset(rows), { batch: 2 }))).rejects.toMatchObject({
    code: 'invalid-data',
    subject: 'b',
    message: expect.stringMatching(/ragged batch.*'x'.*\[1\].*a.*\[2\]/),
  });
  const padded = await collect(batches(listDataset(rows, padding), { batch: 2 }));
  expect([...(padded[0]?.feeds.x?.data ?? [])].map(Number)).toEqual([1, 2, 3, -1]);
  const left = await collect(batches(listDataset(rows), { batch: 2, padding: { ...padding, side: 'left' } }));
  expect([...(left[0]?.feeds.x?.data ?? [])].map(Number)).toEqual([1, 2, -1, 3]);
});

test('other inputs and other types than the first row are refused', async () => {
  const other: Example = {
    source: 'o',
    hash: 'o',
    inputs: [{ x: hostTensor('int32', [1], Int32Array.of(1)) }],
  };
  const more: Example = {
    source: 'm',
    hash: 'm',
    inputs: [
      { ...example('', [1]).inputs[0], y: other.inputs[0]?.x ?? hostTensor('bool', [], Uint8Array.of(1)) },
    ],
  };
  const refused = { code: 'invalid-data' };
  await expect(collect(batches(listDataset([example('a', [1]), other]), { batch: 2 }))).rejects.toMatchObject(
    { ...refused, subject: 'o' },
  );
  await expect(collect(batches(listDataset([example('a', [1]), more]), { batch: 2 }))).rejects.toMatchObject({
    ...refused,
    subject: 'm',
  });
  await expect(collect(batches(listDataset([more, example('a', [1])]), { batch: 2 }))).rejects.toMatchObject({
    ...refused,
    subject: 'a',
  });
});
