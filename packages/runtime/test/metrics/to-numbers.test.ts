import { hostTensor } from '@sentei/data';
import { expect, test } from 'vitest';
import { placeOfLargest, toNumbers } from '../../src/metrics/to-numbers.ts';

test('half floats and 64-bit integers become numbers, others are', () => {
  expect([...Array.from(toNumbers(hostTensor('float16', [2], Uint16Array.of(0x3c00, 0xfc00))))]).toEqual([
    1,
    Number.NEGATIVE_INFINITY,
  ]);
  expect([...Array.from(toNumbers(hostTensor('int64', [1], BigInt64Array.of(-3n))))]).toEqual([-3]);
  const data = Uint8Array.of(1, 0);
  expect(toNumbers(hostTensor('bool', [2], data))).toBe(data);
});

test('the first of the largest is found, and NaN is never it', () => {
  expect(placeOfLargest([9, 1, 3, 3, 9], 1, 3)).toBe(1);
  expect(placeOfLargest([Number.NaN, -2, -1], 0, 3)).toBe(2);
});
