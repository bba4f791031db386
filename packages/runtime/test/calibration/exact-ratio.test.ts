import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exactRatio } from '../../src/calibration/exact-ratio.ts';

test('quotients of whole numbers are those of floating-point division', () => {
  const whole = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  fc.assert(
    fc.property(whole, fc.integer({ min: 1, max: 2 ** 31 - 1 }), (a, b) => {
      expect(Math.abs(exactRatio(BigInt(a), BigInt(b)) - a / b)).toBeLessThanOrEqual(
        2 ** -52 * Math.abs(a / b),
      );
    }),
  );
});

test('numbers far beyond float64 divide where the quotient is not', () => {
  expect(exactRatio(3n << 5000n, 2n << 5000n)).toBe(1.5);
  expect(exactRatio(1n, 1n, -1074)).toBe(2 ** -1074);
  expect(exactRatio(1n << 2000n, 1n, -2000)).toBe(1);
  expect(exactRatio(0n, 7n)).toBe(0);
});
