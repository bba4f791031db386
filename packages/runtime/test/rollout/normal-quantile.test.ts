import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalProbability, normalQuantile } from '../../src/rollout/normal-quantile.ts';

test('quantiles of the tables', () => {
  expect(normalQuantile(0.5)).toBeCloseTo(0, 12);
  expect(normalQuantile(0.8)).toBeCloseTo(0.8416212335729143, 10);
  expect(normalQuantile(0.95)).toBeCloseTo(1.6448536269514722, 10);
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 10);
  expect(normalQuantile(0.001)).toBeCloseTo(-3.090232306167813, 9);
  expect(normalQuantile(0)).toBeCloseTo(-5.9978, 3);
});

test('the probability below a quantile is what was asked for', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.0001, max: 0.9999, noNaN: true }), (p) => {
      expect(normalProbability(normalQuantile(p))).toBeCloseTo(p, 10);
    }),
  );
});
