import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LARGEST_SCORE_BOUND, threshold } from '../../src/threshold/threshold.ts';

test('is −2U + log ε less the rounding slack', () => {
  expect(threshold(11, Math.exp(-10)).constantPart).toBeCloseTo(-32.01, 6);
});

test('a row of keys at the threshold weighs less than epsilon in all', () => {
  const arbitrary = fc.record({
    bound: fc.double({ min: 0, max: LARGEST_SCORE_BOUND, noNaN: true }),
    epsilon: fc.double({ min: 1e-9, max: 0.5, noNaN: true }),
    length: fc.integer({ min: 1, max: 1_000_000 }),
  });
  fc.assert(
    fc.property(arbitrary, ({ bound, epsilon, length }) => {
      const delta = threshold(bound, epsilon).constantPart - Math.log(length);
      // The worst case: every key scores U and the row's own key −U.
      expect(length * Math.exp(2 * bound + delta)).toBeLessThan(epsilon);
    }),
  );
});

test('unnormalised sums of a million keys stay within float32 at the largest bound', () => {
  const largest = Math.fround(1e6 * Math.exp(LARGEST_SCORE_BOUND));
  const smallest = Math.fround(Math.exp(-LARGEST_SCORE_BOUND));
  expect(Number.isFinite(largest)).toBe(true);
  // Normal numbers of float32 begin at 2^-126.
  expect(smallest).toBeGreaterThan(2 ** -126);
});
