import fc from 'fast-check';
import { expect, test } from 'vitest';
import { orderingOf, weightedCorrelation, weightedRanks } from '../../src/metrics/ranks.ts';

const ones = (length: number) => new Uint8Array(length).fill(1);

test('equal values share the mean of their ranks', () => {
  expect([...weightedRanks(orderingOf([30, 10, 20, 10]), ones(4))]).toEqual([4, 1.5, 3, 1.5]);
  expect([...weightedRanks(orderingOf([5, 5, 5]), ones(3))]).toEqual([2, 2, 2]);
});

test('a weight is as many copies', () => {
  const draws = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.nat(3)), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(draws, (pairs) => {
      const values = pairs.map(([value]) => value);
      const counts = pairs.map(([, count]) => count);
      const written = pairs.flatMap(([value, count]) => Array.from({ length: count }, () => value));
      const ranks = weightedRanks(orderingOf(values), counts);
      const expected = weightedRanks(orderingOf(written), ones(written.length));
      const copied = pairs.flatMap(([, count], index) => Array.from({ length: count }, () => ranks[index]));
      expect(copied).toEqual([...expected]);
    }),
  );
});

test("the correlation is Pearson's, and undefined of what does not vary", () => {
  expect(weightedCorrelation([1, 2, 3], [2, 4, 6], ones(3))).toBeCloseTo(1, 14);
  expect(weightedCorrelation([1, 2, 3], [3, 2, 1], ones(3))).toBeCloseTo(-1, 14);
  expect(weightedCorrelation([1, 2, 9], [1, 2, -5], [1, 1, 0])).toBeCloseTo(1, 14);
  expect(weightedCorrelation([1, 1], [1, 2], ones(2))).toBeNaN();
});
