import { expect, test } from 'vitest';
import { integerTensor } from '../../src/tensors/integer-tensor.ts';

test('the same values in both types of tokens', () => {
  expect(integerTensor('int64', [1, 2])).toEqual({
    type: 'int64',
    dims: [2],
    data: BigInt64Array.of(1n, 2n),
  });
  expect(integerTensor('int32', Uint8Array.of(255))).toEqual({
    type: 'int32',
    dims: [1],
    data: Int32Array.of(255),
  });
});
