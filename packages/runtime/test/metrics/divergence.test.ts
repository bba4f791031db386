import { hostTensor } from '@sentei/data';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { divergence, meaningOf } from '../../src/metrics/divergence.ts';

const rows = (...values: number[][]) =>
  hostTensor('float64', [values.length, values[0]?.length ?? 0], Float64Array.from(values.flat()));
const row = fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: 3, maxLength: 3 });

test('logits are compared by their softmax, probabilities as they are', () => {
  const expected = 0.5 * Math.log(0.5 / 0.25) + 0.5 * Math.log(0.5 / 0.75);
  expect(divergence(rows([0.5, 0.5]), rows([0.25, 0.75]))).toBeCloseTo(expected, 12);
  expect(divergence(rows([3, 3]), rows([0, Math.log(3)]))).toBeCloseTo(expected, 12);
  // Log-probabilities are logits.
  const logs = rows([Math.log(0.5), Math.log(0.5)]);
  expect(divergence(logs, rows([Math.log(0.25), Math.log(0.75)]))).toBeCloseTo(expected, 12);
});

test('what the numbers are is told by all rows', () => {
  expect(meaningOf([0.5, 0.5, 0.1, 0.9], 2)).toBe('probabilities');
  expect(meaningOf([0.5, 0.5, 0.1, 0.8], 2)).toBe('logits');
  expect(meaningOf([1.5, -0.5], 2)).toBe('logits');
  expect(meaningOf([Number.NaN, 1], 2)).toBe('logits');
});

test('it is a mean over rows', () => {
  const [a, b] = [divergence(rows([1, 2]), rows([2, 1])), divergence(rows([5, 2]), rows([5, 2]))];
  expect(divergence(rows([1, 2], [5, 2]), rows([2, 1], [5, 2]))).toBeCloseTo(((a ?? 0) + (b ?? 0)) / 2, 12);
});

test('it is never negative, 0 of a tensor with itself, and the same for shifted logits', () => {
  fc.assert(
    fc.property(row, row, fc.double({ min: -50, max: 50, noNaN: true }), (a, b, shift) => {
      const found = divergence(rows(a), rows(b));
      expect(found).toBeGreaterThanOrEqual(0);
      expect(divergence(rows(a), rows(a))).toBe(0);
      if (meaningOf(a, 3) === 'probabilities') return;
      expect(divergence(rows(a), rows(b.map((logit) => logit + shift)))).toBeCloseTo(found ?? Number.NaN, 8);
    }),
  );
});

test('a probability rounded to 0 is not ruled out, a logit of minus infinity is', () => {
  expect(divergence(rows([0.5, 0.5]), rows([1, 0]))).toBeCloseTo(
    0.5 * Math.log(0.5) + 0.5 * (Math.log(0.5) + 149 * Math.LN2),
    6,
  );
  expect(divergence(rows([0, 1]), rows([0, 1]))).toBe(0);
  expect(divergence(rows([1, 1]), rows([1, Number.NEGATIVE_INFINITY]))).toBe(Number.POSITIVE_INFINITY);
  expect(divergence(rows([1, Number.NEGATIVE_INFINITY]), rows([1, 1]))).toBeCloseTo(Math.LN2, 12);
  // What the candidate says is no distribution, so that neither of the two is taken for one.
  expect(divergence(rows([1, 0]), rows([-1, 0]))).toBeCloseTo(
    divergence(rows([2, 1]), rows([0, 1])) ?? 0,
    12,
  );
});

test('where there are no classes there is no divergence', () => {
  const integers = hostTensor('int32', [1, 2], Int32Array.of(1, 2));
  expect(divergence(integers, integers)).toBeUndefined();
  expect(divergence(rows([1]), rows([1]))).toBeUndefined();
  const none = hostTensor('float32', [0, 2], new Float32Array());
  expect(divergence(none, none)).toBeUndefined();
});
