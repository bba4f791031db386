import { hostTensor } from '@sentei/data';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { divergence } from '../../src/validation/divergence.ts';

const row = (...values: number[]) => hostTensor('float64', [1, values.length], Float64Array.from(values));

test('the divergence of two known distributions', () => {
  const [half, quarter, rest] = [0.5, 0.25, 0.75].map(Math.log) as [number, number, number];
  // 0.5 ln(0.5/0.25) + 0.5 ln(0.5/0.75)
  const expected = 0.5 * Math.log(2) + 0.5 * Math.log(2 / 3);
  expect(divergence(row(half, half), row(quarter, rest))).toBeCloseTo(expected, 12);
  const two = hostTensor('float64', [2, 2], Float64Array.of(half, half, half, half));
  const other = hostTensor('float64', [2, 2], Float64Array.of(quarter, rest, half, half));
  expect(divergence(two, other)).toBeCloseTo(expected / 2, 12);
});

test('what the original rules out costs nothing, what only the candidate rules out costs everything', () => {
  const never = Number.NEGATIVE_INFINITY;
  expect(divergence(row(0, never), row(0, 5))).toBeGreaterThan(0);
  expect(divergence(row(0, 0), row(0, never))).toBe(Number.POSITIVE_INFINITY);
  expect(divergence(row(0, never), row(0, never))).toBe(0);
  expect(divergence(row(0, Number.NaN), row(0, 0))).toBeNaN();
});

test('what has no classes has no divergence', () => {
  expect(divergence(row(1), row(1))).toBeUndefined();
  const ids = hostTensor('int32', [1, 2], Int32Array.of(1, 2));
  expect(divergence(ids, ids)).toBeUndefined();
});

test('it is never negative, zero of the same, and blind to a shift of all logits', () => {
  const logits = fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(logits, logits, fc.double({ min: -9, max: 9, noNaN: true }), (a, b, shift) => {
      const nats = divergence(row(...a), row(...b)) ?? Number.NaN;
      expect(nats).toBeGreaterThanOrEqual(0);
      expect(divergence(row(...a), row(...a))).toBe(0);
      expect(divergence(row(...a), row(...b.map((value) => value + shift)))).toBeCloseTo(nats, 9);
    }),
  );
});
