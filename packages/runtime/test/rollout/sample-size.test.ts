import fc from 'fast-check';
import { expect, test } from 'vitest';
import { samplesForPercentile, samplesToDetect, thresholdShare } from '../../src/rollout/sample-size.ts';

const usual = { power: 0.8, confidence: 0.95 };

test('the sample size is that of the textbook', () => {
  // (1.6449 + 0.8416)^2 = 6.1826 for a margin of one standard deviation.
  expect(samplesToDetect(0.4, 1, usual)).toBe(39);
  expect(samplesToDetect(0.1, 1, usual)).toBe(619);
  expect(samplesToDetect(0, 1, usual)).toBe(Number.POSITIVE_INFINITY);
  expect(samplesToDetect(1, 0, usual)).toBe(30);
});

test('59 requests speak for a 95th percentile', () => {
  expect(samplesForPercentile(0.95, 0.95)).toBe(59);
});

test('the threshold leaves room for chance on both sides', () => {
  const positive = fc.double({ min: 0.01, max: 10, noNaN: true });
  fc.assert(
    fc.property(positive, positive, (margin, deviation) => {
      const error = deviation / Math.sqrt(samplesToDetect(margin, deviation, usual));
      const threshold = margin * thresholdShare(usual);
      // z(0.95): a model as good as it was measured is rolled back in 5 % of the cases at most.
      expect(threshold / error).toBeGreaterThanOrEqual(1.6448);
      // z(0.8): the mean is above the threshold with a chance of 80 % when the loss is at the margin.
      expect((margin - threshold) / error).toBeGreaterThanOrEqual(0.8416);
    }),
  );
});
