import { encodeFloat16, hostTensor } from '@sentei/data';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareOutputs, compareTensors } from '../../src/metrics/compare-outputs.ts';

const floats = (...values: number[]) => hostTensor('float32', [values.length], Float32Array.from(values));

test('errors of a small case', () => {
  expect(compareTensors(floats(1, 2, -4, 0), floats(1, 3, -4, 0.5))).toEqual({
    elements: 4,
    maximumAbsoluteError: 1,
    meanAbsoluteError: 1.5 / 4,
    // The zero is measured against 1e-6 of the largest element.
    maximumRelativeError: expect.closeTo(0.5 / 4e-6, 5),
    cosineSimilarity: expect.closeTo((1 + 6 + 16) / Math.sqrt(21 * 26.25), 12),
    top1Agreement: 1,
    nanMismatches: 0,
    infinityMismatches: 0,
  });
});

test('a tensor agrees with itself, whatever is in it', () => {
  fc.assert(
    fc.property(fc.float32Array({ minLength: 1 }), (data) => {
      const tensor = hostTensor('float32', [1, data.length], data);
      const result = compareTensors(tensor, tensor);
      expect(result).toMatchObject({ maximumAbsoluteError: 0, maximumRelativeError: 0, nanMismatches: 0 });
      expect(result.infinityMismatches).toBe(0);
      expect(result.cosineSimilarity).toBe(1);
      expect(result.top1Agreement ?? 1).toBe(1);
    }),
  );
});

test('what is not finite is counted apart, and only where the tensors differ', () => {
  const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
  const result = compareTensors(
    floats(nan, nan, infinity, infinity, 1),
    floats(nan, 1, infinity, -infinity, 1),
  );
  expect(result).toMatchObject({ nanMismatches: 1, infinityMismatches: 1, maximumAbsoluteError: 0 });
});

test('top-1 agreement is per row of the last axis, the first of equals counting', () => {
  const a = hostTensor('int64', [3, 2], BigInt64Array.of(1n, 2n, 5n, 5n, 9n, 0n));
  const b = hostTensor('int64', [3, 2], BigInt64Array.of(1n, 3n, 5n, 4n, 0n, 9n));
  expect(compareTensors(a, b).top1Agreement).toBeCloseTo(2 / 3, 12);
  const scalar = hostTensor('float32', [], Float32Array.of(1));
  expect(compareTensors(scalar, scalar).top1Agreement).toBeUndefined();
});

test('opposite, zero and half-precision tensors have their cosine', () => {
  expect(compareTensors(floats(1, 2), floats(-1, -2)).cosineSimilarity).toBeCloseTo(-1, 12);
  expect(compareTensors(floats(0, 0), floats(0, 0)).cosineSimilarity).toBe(1);
  expect(compareTensors(floats(1, 0), floats(0, 0)).cosineSimilarity).toBe(0);
  const half = (value: number) => hostTensor('float16', [1], Uint16Array.of(encodeFloat16(value)));
  expect(compareTensors(half(2), half(3))).toMatchObject({ maximumAbsoluteError: 1, cosineSimilarity: 1 });
});

test('strings agree or not', () => {
  const result = compareTensors(
    hostTensor('string', [2], ['cat', 'dog']),
    hostTensor('string', [2], ['cat', 'cow']),
  );
  expect(result).toMatchObject({ maximumAbsoluteError: 1, meanAbsoluteError: 0.5, top1Agreement: undefined });
});

test('types, shapes and names must be the same', () => {
  const invalid = expect.objectContaining({ code: 'invalid-data' });
  const double = hostTensor('float64', [1], Float64Array.of(1));
  expect(() => compareTensors(floats(1), double)).toThrow(invalid);
  expect(() => compareTensors(floats(1), floats(1, 2))).toThrow(invalid);
  expect(() => compareOutputs({ y: floats(1) }, { z: floats(1) })).toThrow(invalid);
  expect(() => compareOutputs({ y: floats(1) }, {})).toThrow(invalid);
  expect(() => compareOutputs({ y: floats(1) }, { y: floats(1, 2) })).toThrow(/^output 'y': shape/);
  expect(Object.keys(compareOutputs({ y: floats(1) }, { y: floats(1) }))).toEqual(['y']);
});
