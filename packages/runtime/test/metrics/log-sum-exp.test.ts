import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logSumExp } from '../../src/metrics/log-sum-exp.ts';

test('only the values asked for count', () => {
  expect(logSumExp([9, 0, 0, 0, 9], 1, 3)).toBeCloseTo(Math.log(3), 14);
  expect(logSumExp([0, Number.NEGATIVE_INFINITY], 0, 2)).toBe(0);
});

test('a constant added to all is added to the result, even far beyond what exp can take', () => {
  const values = fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(values, fc.integer({ min: -2000, max: 2000 }), (row, shift) => {
      const shifted = row.map((value) => value + shift);
      expect(logSumExp(shifted, 0, row.length)).toBeCloseTo(logSumExp(row, 0, row.length) + shift, 8);
    }),
  );
});

test('what is no distribution gives no number', () => {
  expect(logSumExp([0, Number.NaN], 0, 2)).toBeNaN();
  expect(logSumExp([0, Number.POSITIVE_INFINITY], 0, 2)).toBeNaN();
  expect(logSumExp([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY], 0, 2)).toBeNaN();
});
