import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeLatency, pairedRatios, percentilesOf, summarize } from '../../src/benchmark/statistics.ts';

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

test('percentiles appear when there are runs enough to lie beyond them', () => {
  const runs = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  expect(percentilesOf(runs(9))).toEqual({ p50: 5 });
  expect(Object.keys(percentilesOf(runs(19)))).toEqual(['p50', 'p90']);
  expect(percentilesOf(runs(101))).toEqual({ p50: 51, p90: 91, p95: 96, p99: 100 });
  expect(() => percentilesOf([])).toThrow(RangeError);
});

test('a latency has an interval around its median, and times that fit a file', () => {
  const times = Array.from({ length: 25_000 }, (_, index) => index % 7);
  const latency = describeLatency(
    [
      [3, 3, 4],
      [2, 3, 3],
    ],
    times,
  );
  expect(latency).toMatchObject({ count: 6, median: 3, runs: 25_000, percentiles: { p50: 3 } });
  expect(latency.interval.lower).toBeLessThanOrEqual(3);
  expect(latency.interval.upper).toBeGreaterThanOrEqual(3);
  expect(latency.times.length).toBe(8334);
  expect(latency.times.slice(0, 3)).toEqual([0, 3, 6]);
});
