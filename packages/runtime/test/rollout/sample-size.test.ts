import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chanceDeviation, samplesForPercentile, samplesToDetect } from '../../src/rollout/sample-size.ts';

const usual = { power: 0.8, confidence: 0.95 };

test('the sample size is that of the textbook', () => {
  // (1.6449 + 0.8416)^2 = 6.1826 for a margin of one standard deviation.
  expect(samplesToDetect(1, 1, usual)).toBe(7);
  expect(samplesToDetect(0.1, 1, usual)).toBe(619);
  expect(samplesToDetect(0, 1, usual)).toBe(Number.POSITIVE_INFINITY);
  expect(samplesToDetect(1, 0, usual)).toBe(2);
});

test('59 requests speak for a 95th percentile', () => {
  expect(samplesForPercentile(0.95, 0.95)).toBe(59);
});

test('a loss at the margin lies beyond the threshold by the power', () => {
  const positive = fc.double({ min: 0.01, max: 10, noNaN: true });
  fc.assert(
    fc.property(positive, positive, (margin, deviation) => {
      const n = samplesToDetect(margin, deviation, usual);
      const threshold = chanceDeviation(deviation, n, usual.confidence);
      expect(threshold).toBeLessThan(margin);
      // z(0.8): the mean of n examples is above the threshold with a chance of 80 % when the loss is at the margin.
      expect((margin - threshold) / (deviation / Math.sqrt(n))).toBeGreaterThanOrEqual(0.84);
    }),
  );
});
