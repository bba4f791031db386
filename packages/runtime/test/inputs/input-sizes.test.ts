import { expect, test } from 'vitest';
import { cells, describeSize, sizesFor, synthesizedFeeds, textFeeds } from '../../src/inputs/input-sizes.ts';
import type { Dimension, ValueSignature } from '../../src/process/protocol.ts';

const input = (dims: readonly Dimension[], type: ValueSignature['type'] = 'int64'): ValueSignature => ({
  name: 'x',
  type,
  dims,
});

test('sizes vary in what the signature leaves open, smallest first', () => {
  expect(sizesFor([input(['n', 's'])], [1, 128], [1, 3])).toEqual([
    { length: 1, batch: 1 },
    { length: 1, batch: 3 },
    { length: 128, batch: 1 },
    { length: 128, batch: 3 },
  ]);
  expect(sizesFor([input([1, 's'])], [1, 128], [1, 3])).toEqual([
    { length: 1, batch: undefined },
    { length: 128, batch: undefined },
  ]);
  expect(sizesFor([input(['n', 3, 8, 8], 'float32')], [1, 128], [1, 3])).toEqual([
    { length: undefined, batch: 1 },
    { length: undefined, batch: 3 },
  ]);
  expect(sizesFor([input([1, 64])], [1, 128], [1, 3])).toEqual([{ length: undefined, batch: undefined }]);
});

test('a model that nothing can be fed to is refused', () => {
  expect(() => sizesFor([{ name: 'x', type: null, dims: null }], [1], [1])).toThrow(
    expect.objectContaining({ code: 'unsupported-model' }),
  );
});

test('sizes are named by what varies', () => {
  expect(describeSize({ batch: undefined, length: undefined })).toBe('fixed size');
  expect(describeSize({ batch: 3, length: undefined })).toBe('batch 3');
  expect(describeSize({ batch: 1, length: 7 })).toBe('length 7');
  expect(describeSize({ batch: 3, length: 7 })).toBe('batch 3, length 7');
  expect(cells({ batch: 3, length: 7 })).toBe(21);
});

test('feeds have the asked size', () => {
  expect(synthesizedFeeds([input(['n', 's'])], { batch: 3, length: 7 }).x?.dims).toEqual([3, 7]);
  const feeds = textFeeds(input(['n', 's']), Uint8Array.of(5, 6, 7), { batch: 2, length: 2 });
  expect(feeds.x).toEqual({ type: 'int64', dims: [2, 2], data: BigInt64Array.of(5n, 6n, 7n, 5n) });
  const fixed = textFeeds(input([1, 4]), Uint8Array.of(5, 6), { batch: undefined, length: undefined });
  expect(fixed.x?.dims).toEqual([1, 4]);
});
