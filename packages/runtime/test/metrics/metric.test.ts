import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Metric, meanMetric, ratioMetric, type Share } from '../../src/metrics/metric.ts';

const mean = meanMetric({ name: 'mean', lowerIsBetter: false, score: () => 0 });
const ratio = ratioMetric({ name: 'ratio', lowerIsBetter: true, score: () => [0, 1] as const }, Math.exp);

test('a mean and a ratio of sums are what their names say', () => {
  expect(mean.reduce([1, 2, 6])).toBe(3);
  expect(
    ratio.reduce([
      [1, 2],
      [2, 4],
    ]),
  ).toBeCloseTo(Math.exp(0.5), 14);
});

function expectSameFigure<Score>(metric: Metric<Score>, draws: readonly (readonly [Score, number])[]): void {
  const scores = draws.map(([score]) => score);
  const counts = draws.map(([, count]) => count);
  const written = draws.flatMap(([score, count]) => Array.from({ length: count }, () => score));
  if (written.length === 0) return;
  expect(metric.weigh?.(scores)(counts)).toBeCloseTo(metric.reduce(written), 9);
}

test('weighing a score is writing it several times', () => {
  const count = fc.nat(4);
  const number = fc.double({ min: -5, max: 5, noNaN: true });
  const share: fc.Arbitrary<Share> = fc.tuple(number, fc.integer({ min: 1, max: 9 }));
  fc.assert(fc.property(fc.array(fc.tuple(number, count)), (draws) => expectSameFigure(mean, draws)));
  fc.assert(fc.property(fc.array(fc.tuple(share, count)), (draws) => expectSameFigure(ratio, draws)));
});
