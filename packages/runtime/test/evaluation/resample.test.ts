import { seededRandom } from '@sentei/ir';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawExamples, percentileBounds, weighing } from '../../src/evaluation/resample.ts';
import { meanMetric } from '../../src/metrics/metric.ts';

test('as many are drawn as there are, anew each time', () => {
  const random = seededRandom(1);
  const counts = new Uint32Array(50);
  for (let round = 0; round < 20; round += 1) {
    drawExamples(counts, random);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(50);
  }
  expect(new Set(counts).size).toBeGreaterThan(1);
});

test('weighing does what the metric says, with or without its help', () => {
  const mean = meanMetric({ name: 'mean', lowerIsBetter: true, score: () => 0 });
  const { name, lowerIsBetter, score, reduce } = mean;
  const draws = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.nat(3)), { minLength: 1 });
  fc.assert(
    fc.property(draws, (pairs) => {
      const counts = [1, ...pairs.map(([, count]) => count)];
      const scores = [0, ...pairs.map(([value]) => value)];
      const written = weighing({ name, lowerIsBetter, score, reduce }, scores)(counts);
      expect(weighing(mean, scores)(counts)).toBeCloseTo(written, 10);
    }),
  );
});

test('the bounds leave out what the confidence says, and less of it for few examples', () => {
  const values = Array.from({ length: 1001 }, (_, index) => index);
  expect(percentileBounds(values, 0.95, 1e6)).toEqual([25, 975]);
  expect(percentileBounds(values, 0.9, 1e6)).toEqual([50, 950]);
  // Student's quantile of 9 degrees of freedom is 2.262, stretched by the root of 10/9; a normal variable is beyond that in
  // 0.855 % of cases.
  expect(percentileBounds(values, 0.95, 10)).toEqual([8, 992]);
  expect(percentileBounds(values, 0.95, 1)).toEqual([0, 1000]);
  expect(percentileBounds([2, Number.POSITIVE_INFINITY], 0.95, 2)).toEqual([2, Number.POSITIVE_INFINITY]);
  expect(percentileBounds([], 0.95, 2)).toEqual([Number.NaN, Number.NaN]);
});
