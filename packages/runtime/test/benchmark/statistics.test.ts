import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pairedRatios, summarize } from '../../src/benchmark/statistics.ts';

test('quartiles interpolate between neighbours, in whatever order samples come', () => {
  expect(summarize([4, 1, 3, 2])).toEqual({
    count: 4,
    median: 2.5,
    lowerQuartile: 1.75,
    upperQuartile: 3.25,
  });
  expect(summarize([7])).toEqual({ count: 1, median: 7, lowerQuartile: 7, upperQuartile: 7 });
});

test('a slowdown that hits both of a round leaves its ratio alone', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0.5, max: 100, noNaN: true }), { minLength: 1 }), (slowdowns) => {
      const ratios = pairedRatios(
        slowdowns.map((x) => 3 * x),
        slowdowns.map((x) => 2 * x),
      );
      expect(summarize(ratios).median).toBeCloseTo(1.5, 12);
    }),
  );
});

test('nothing to summarize and unequal numbers of rounds are errors', () => {
  expect(() => summarize([])).toThrow(RangeError);
  expect(() => pairedRatios([1, 2], [1])).toThrow(RangeError);
});

test('the samples are left as they are', () => {
  const samples = [3, 1, 2];
  summarize(samples);
  expect(samples).toEqual([3, 1, 2]);
});
