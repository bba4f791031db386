import { seededRandom } from '@sentei/ir';
import { expect, test } from 'vitest';
import { pairedBootstrap } from '../../src/evaluation/paired-bootstrap.ts';
import { type Metric, meanMetric } from '../../src/metrics/metric.ts';

const mean = meanMetric({ name: 'accuracy', lowerIsBetter: false, score: () => 0 });
const plain: Metric<number> = { name: 'accuracy', lowerIsBetter: false, score: () => 0, reduce: mean.reduce };

test('the interval holds the difference, and a drop is a loss whatever is better', () => {
  const original = Array.from({ length: 200 }, (_, index) => (index % 4 === 0 ? 0 : 1));
  const candidate = original.map((score, index) => (index % 20 === 1 ? 0 : score));
  const result = pairedBootstrap(mean, original, candidate);
  expect(result).toMatchObject({ examples: 200, original: 0.75, confidence: 0.95, resamples: 2000 });
  expect(result.candidate).toBeCloseTo(0.7, 12);
  expect(result.difference).toBeCloseTo(-0.05, 12);
  expect(result.lower).toBeLessThan(-0.05);
  expect(result.upper).toBeGreaterThan(-0.05);
  expect(result.upper).toBeLessThan(0);
  expect(result.drop.value).toBeCloseTo(0.05 / 0.75, 12);
  expect(result.drop.lower).toBeGreaterThan(0);
  const loss = pairedBootstrap({ ...mean, lowerIsBetter: true }, original, candidate);
  expect(loss.drop.value).toBeCloseTo(-0.05 / 0.75, 12);
});

test('pairing cancels what is hard for both', () => {
  const random = seededRandom(1);
  const original = Array.from({ length: 100 }, () => 100 * random.normal());
  const candidate = original.map((score) => score + 1);
  const { lower, upper } = pairedBootstrap(mean, original, candidate);
  expect(lower).toBeCloseTo(1, 9);
  expect(upper).toBeCloseTo(1, 9);
});

test("the same seed gives the same interval, with or without the metric's own weighing", () => {
  const random = seededRandom(2);
  const [original, candidate] = [0, 1].map(() => Array.from({ length: 40 }, () => random.uniform()));
  const first = pairedBootstrap(mean, original ?? [], candidate ?? [], { seed: 5, resamples: 300 });
  const written = pairedBootstrap(plain, original ?? [], candidate ?? [], { seed: 5, resamples: 300 });
  const other = pairedBootstrap(mean, original ?? [], candidate ?? [], { seed: 6, resamples: 300 });
  expect(written.lower).toBeCloseTo(first.lower, 12);
  expect(written.upper).toBeCloseTo(first.upper, 12);
  expect(pairedBootstrap(mean, original ?? [], candidate ?? [], { seed: 5, resamples: 300 })).toEqual(first);
  expect(other.lower).not.toBe(first.lower);
});

test.each([12, 100])(
  'of 400 experiments with %i examples, 95 %% intervals hold the truth in about 380',
  (size) => {
    const random = seededRandom(3);
    let holding = 0;
    for (let experiment = 0; experiment < 400; experiment += 1) {
      const original = Array.from({ length: size }, () => random.normal());
      // Skewed differences of mean 1, as of losses.
      const candidate = original.map((score) => score - Math.log(1 - random.uniform()));
      const { lower, upper } = pairedBootstrap(mean, original, candidate, {
        seed: experiment,
        resamples: 500,
      });
      if (lower <= 1 && 1 <= upper) holding += 1;
    }
    // The seed is fixed, so this is no matter of luck; three standard deviations are 13, and skewed means cost some.
    expect(holding).toBeGreaterThan(360);
    expect(holding).toBeLessThan(396);
  },
);

test('an infinitely bad candidate has an infinitely bad bound', () => {
  const result = pairedBootstrap(
    { ...mean, lowerIsBetter: true },
    [1, 2, 3],
    [1, 2, Number.POSITIVE_INFINITY],
  );
  expect(result).toMatchObject({ difference: Number.POSITIVE_INFINITY, upper: Number.POSITIVE_INFINITY });
  expect(result.drop.upper).toBe(Number.POSITIVE_INFINITY);
});

test('resamples without a figure are left out and not counted', () => {
  // Undefined where all that was drawn are equal.
  const spread: Metric<number> = {
    name: 'spread',
    lowerIsBetter: true,
    score: () => 0,
    reduce: (scores) => (new Set(scores).size > 1 ? Math.max(...scores) - Math.min(...scores) : Number.NaN),
  };
  const result = pairedBootstrap(spread, [1, 2], [1, 4]);
  expect(result.resamples).toBeGreaterThan(800);
  expect(result.resamples).toBeLessThan(1200);
  expect(result).toMatchObject({ difference: 2, lower: 2, upper: 2 });
});

test('a figure that is NaN leaves no interval, though resamples without its cause have one', () => {
  const ones = [1, 1, 1, 1];
  for (const [original, candidate] of [
    [[Number.NaN, 1, 1, 1], ones],
    [ones, [Number.NaN, 1, 1, 1]],
  ] as const) {
    const { lower, upper, drop } = pairedBootstrap(mean, original, candidate);
    expect([lower, upper, drop.lower, drop.upper]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
    expect(drop.value).toBe(Number.POSITIVE_INFINITY);
  }
});

test('scores that are no pairs are refused', () => {
  const refused = expect.objectContaining({ code: 'invalid-data' });
  expect(() => pairedBootstrap(mean, [], [])).toThrow(refused);
  expect(() => pairedBootstrap(mean, [1], [1, 2])).toThrow(refused);
  expect(() => pairedBootstrap(mean, [1], [1], { resamples: 3 })).toThrow(
    expect.objectContaining({ code: 'invalid-option' }),
  );
});
