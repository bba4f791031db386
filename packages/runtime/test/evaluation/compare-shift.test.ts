import { seededRandom } from '@sentei/ir';
import { expect, test } from 'vitest';
import { compareShift } from '../../src/evaluation/compare-shift.ts';
import { meanMetric } from '../../src/metrics/metric.ts';

const metric = meanMetric({ name: 'accuracy', lowerIsBetter: false, score: () => 0 });

/** Of `size` examples the original gets 90 % right, the candidate so many per cent fewer. */
function scores(size: number, lost: number) {
  const original = Array.from({ length: size }, (_, index) => Number(index % 10 !== 0));
  return { original, candidate: original.map((score, index) => (index % 100 < lost ? 0 : score)) };
}

test('a candidate that loses more where the data is shifted is fragile', () => {
  const { clean, shifted, excess, isFragile } = compareShift(metric, scores(1000, 1), scores(1000, 20));
  expect(clean.drop.value).toBeCloseTo(0, 12);
  expect(shifted.drop.value).toBeCloseTo(0.18 / 0.9, 12);
  expect(excess.value).toBeCloseTo(0.2, 12);
  expect(excess.lower).toBeGreaterThan(0.1);
  expect(excess.upper).toBeLessThan(0.3);
  expect(isFragile).toBe(true);
});

test('the same loss is not, and neither is a difference that chance would make', () => {
  expect(compareShift(metric, scores(1000, 20), scores(1000, 20))).toMatchObject({
    excess: { value: 0, lower: 0, upper: 0 },
    isFragile: false,
  });
  expect(compareShift(metric, scores(1000, 20), scores(700, 22)).isFragile).toBe(false);
});

test('data of other sizes is drawn apart', () => {
  const { excess, isFragile } = compareShift(metric, scores(1000, 1), scores(400, 30));
  expect(excess.lower).toBeGreaterThan(0.1);
  expect(isFragile).toBe(true);
});

test('of 300 candidates that lose the same on both, one in forty is called fragile', () => {
  const random = seededRandom(4);
  const draw = () => {
    const original = Array.from({ length: 80 }, () => Number(random.uniform() < 0.8));
    return { original, candidate: original.map((score) => (random.uniform() < 0.1 ? 0 : score)) };
  };
  let fragile = 0;
  for (let seed = 0; seed < 300; seed += 1) {
    if (compareShift(metric, draw(), draw(), { seed, resamples: 200 }).isFragile) fragile += 1;
  }
  // The seed is fixed: 7.5 are expected.
  expect(fragile).toBeLessThan(18);
});
