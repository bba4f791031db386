import { expect, test } from 'vitest';
import { extractBlock, filledTensor, insertBlock } from '../../src/tensors/copy-block.ts';
import { hostTensor } from '../../src/tensors/host-tensor.ts';

test('a block goes into the corner that the side says, along every axis, and comes back', () => {
  const small = hostTensor('int32', [2, 1, 2], Int32Array.of(1, 2, 3, 4));
  for (const [side, placed] of [
    ['right', [1, 2, 0, 0, 3, 4, 0, 0]],
    ['left', [0, 0, 1, 2, 0, 0, 3, 4]],
  ] as const) {
    const large = filledTensor('int32', [2, 2, 2, 2], 0);
    insertBlock(large, 1, [2, 2, 2], small, side);
    expect([...large.data]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, ...placed]);
    expect(extractBlock(large, 1, [2, 1, 2], side)).toEqual(small);
  }
});

test('strings are placed as numbers are', () => {
  const large = filledTensor('string', [1, 3], 0);
  insertBlock(large, 0, [3], hostTensor('string', [2], ['a', 'b']), 'right');
  expect(large.data).toEqual(['a', 'b', '']);
  expect(extractBlock(large, 0, [1], 'left').data).toEqual(['']);
});

test('fill values are those of the element type', () => {
  expect([...filledTensor('int64', [2], -1).data]).toEqual([-1n, -1n]);
  expect([...filledTensor('float16', [1], 1).data]).toEqual([0x3c00]);
  expect([...filledTensor('bool', [2], 1).data]).toEqual([1, 1]);
});
