import { expect, test } from 'vitest';
import { byteLength, elementCount, hostTensor, isTensorType } from '../../src/tensors/host-tensor.ts';

test('element count is the product of dims, 1 for a scalar and 0 with an empty dimension', () => {
  expect(elementCount([2, 3, 4])).toBe(24);
  expect(elementCount([])).toBe(1);
  expect(elementCount([5, 0])).toBe(0);
});

test('byte length follows the element type, and the characters of strings', () => {
  expect(byteLength(hostTensor('int64', [3], new BigInt64Array(3)))).toBe(24);
  expect(byteLength(hostTensor('float16', [3], new Uint16Array(3)))).toBe(6);
  expect(byteLength(hostTensor('string', [2], ['ab', 'c']))).toBe(6);
});

test('only types that the Node binding can carry are tensor types', () => {
  expect(isTensorType('bool')).toBe(true);
  expect(isTensorType('int4')).toBe(false);
  expect(isTensorType('constructor')).toBe(false);
});
