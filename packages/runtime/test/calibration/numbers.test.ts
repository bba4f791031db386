import { encodeFloat16, hostTensor } from '@sentei/data';
import { expect, test } from 'vitest';
import { numbersOf } from '../../src/calibration/numbers.ts';

test.each([
  hostTensor('float32', [2], Float32Array.of(1.5, -2)),
  hostTensor('float64', [2], Float64Array.of(1.5, -2)),
  hostTensor('float16', [2], Uint16Array.of(encodeFloat16(1.5), encodeFloat16(-2))),
])('elements of $type are numbers', (tensor) => {
  expect(numbersOf(tensor)).toEqual(Float64Array.of(1.5, -2));
});

test('whole numbers and truth values are numbers too, texts are not', () => {
  expect(numbersOf(hostTensor('int64', [2], BigInt64Array.of(-3n, 4n)))).toEqual(Float64Array.of(-3, 4));
  expect(numbersOf(hostTensor('uint8', [1], Uint8Array.of(255)))).toEqual(Float64Array.of(255));
  expect(numbersOf(hostTensor('bool', [2], Uint8Array.of(0, 1)))).toEqual(Float64Array.of(0, 1));
  expect(numbersOf(hostTensor('string', [1], ['a']))).toBeUndefined();
});
