import { expect, test } from 'vitest';
import { type Block, countBlocks, readBlocks } from '../../src/calibration/blocks.ts';
import { datasetOf } from '../support/calibration.ts';

const row = [1, 2, 3, 4];
const data = datasetOf([row, [...row, ...row], row, row, row]);

async function read(from: number, to: number): Promise<Block[]> {
  const blocks: Block[] = [];
  for await (const block of readBlocks(data, 3, from, to)) blocks.push(block);
  return blocks;
}

test('inputs of one shape run together, others apart, without padding', async () => {
  const [block] = await read(0, 1);
  expect(block?.batches.map(({ feeds, items, sources }) => [feeds.x?.dims, items, sources])).toEqual([
    [[2, 1, 4], { examples: [0, 2], parts: [0, 0] }, ['tiny row 1', 'tiny row 3']],
    [[1, 2, 4], { examples: [1], parts: [0] }, ['tiny row 2']],
  ]);
});

test('a block is the same wherever reading begins, and the last one may be short', async () => {
  expect(countBlocks(data, 3)).toBe(2);
  const all = await read(0, 2);
  expect(all.map(({ index }) => index)).toEqual([0, 1]);
  expect(await read(1, 2)).toEqual(all.slice(1));
  expect(all[1]?.batches[0]?.items.examples).toEqual([3, 4]);
});

test('each set of inputs of an example is a part of it', async () => {
  const pairs = {
    ...data,
    size: 1,
    async *read() {
      for await (const example of data.read(0, 1)) {
        const inputs = [...example.inputs, ...example.inputs];
        yield { ...example, inputs };
      }
    },
  };
  for await (const { batches } of readBlocks(pairs, 4, 0, 1)) {
    expect(batches.map(({ items }) => items)).toEqual([{ examples: [0, 0], parts: [0, 1] }]);
  }
});
