import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shard } from '../../src/splits/shard.ts';
import { collect, listDataset } from '../support/list-dataset.ts';
import { numbered } from '../support/numbered.ts';

test('law: shards one after the other are the whole, and differ by one row at most', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(30), fc.integer({ min: 1, max: 12 }), async (size, count) => {
      const dataset = listDataset(numbered(size));
      const shards = Array.from({ length: count }, (_, index) => shard(dataset, index + 1, count));
      const sizes = shards.map((each) => each.size);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      const found = await Promise.all(shards.map((each) => collect(each.read())));
      expect(found.flat()).toEqual(await collect(dataset.read()));
    }),
  );
});

test('a shard that there is not is refused', () => {
  const dataset = listDataset(numbered(3));
  for (const [index, count] of [
    [0, 2],
    [3, 2],
    [1, 0],
    [1.5, 2],
  ] as const) {
    expect(() => shard(dataset, index, count)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  }
});
