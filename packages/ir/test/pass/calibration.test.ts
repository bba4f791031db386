import { expect, test } from 'vitest';
import { type QuantileSketch, quantileOf } from '../../src/pass/calibration.ts';
import { completeContext } from '../../src/pass/run-context.ts';

const sketch: QuantileSketch = {
  count: 10,
  minimum: -3,
  maximum: 5,
  relativeError: 0.5,
  lower: Float64Array.of(-4, 0, 4),
  upper: Float64Array.of(-2, 0, 8),
  counts: Float64Array.of(4, 2, 4),
};

test('a quantile is the middle of the bucket that holds its rank, within the range of the data', () => {
  expect([0, 0.3, 0.45, 0.5, 0.6, 0.67, 1].map((share) => quantileOf(sketch, share))).toEqual([
    -3, -3, 0, 0, 0, 5, 5,
  ]);
  expect(quantileOf({ ...sketch, maximum: 7 }, 1)).toBe(6);
});

test('shares beyond the ends are the ends, and an empty sketch has no quantiles', () => {
  expect(quantileOf(sketch, 2)).toBe(5);
  expect(quantileOf(sketch, -1)).toBe(-3);
  const empty = new Float64Array();
  expect(quantileOf({ ...sketch, count: 0, lower: empty, upper: empty, counts: empty }, 0.5)).toBeNaN();
});

test('a pass that runs by itself is handed the calibrator of its context', () => {
  const calibration = { collect: () => Promise.resolve({ examples: 0, taps: [] }) };
  const logger = { info() {}, warn() {} };
  const context = { logger, judge: undefined, calibration, maxDrop: 0, progress() {} };
  expect(completeContext(context, 'any').calibration).toBe(calibration);
});
