import { expect, test } from 'vitest';
import { stackFeeds } from '../../src/dataset/stack.ts';
import { hostTensor } from '../../src/tensors/host-tensor.ts';

const row = (source: string, dims: number[]) => ({
  source,
  feeds: { x: hostTensor('float32', dims, new Float32Array(dims.reduce((a, b) => a * b, 1))) },
});

test('scalars stack to a vector, and no rows to no feeds', () => {
  expect(stackFeeds([row('a', []), row('b', [])], undefined).x?.dims).toEqual([2]);
  expect(stackFeeds([], undefined)).toEqual({});
});

test('ranks that differ are ragged even where there is a pad value', () => {
  const padding = { values: { x: 0 }, side: 'right' } as const;
  expect(() => stackFeeds([row('a', [1]), row('b', [1, 1])], padding)).toThrow(
    expect.objectContaining({ code: 'invalid-data', subject: 'b', hint: 'ranks cannot be padded' }),
  );
});

test('the hint of a ragged batch names the input to pad', () => {
  expect(() => stackFeeds([row('a', [1]), row('b', [2])], { values: { y: 0 }, side: 'right' })).toThrow(
    expect.objectContaining({ code: 'invalid-data', hint: expect.stringContaining("'x'") }),
  );
});
