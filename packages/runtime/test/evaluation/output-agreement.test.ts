import { hostTensor } from '@sentei/data';
import { expect, test } from 'vitest';
import { OutputAgreements } from '../../src/evaluation/output-agreement.ts';

const y = (...values: number[]) => ({
  y: hostTensor('float32', [1, values.length], Float32Array.from(values)),
});

test('what was added is told as means with intervals, and as extremes over all', () => {
  const agreements = new OutputAgreements();
  agreements.add(y(1, 0, 3), y(1, 0, 3));
  agreements.add(y(2, 0, 1), y(1, 0, 2));
  agreements.add(y(0, 1, 5), y(0, 1, 3));
  const [figure, ...others] = agreements.figures({ seed: 1, resamples: 500 });
  expect(others).toEqual([]);
  expect(figure).toMatchObject({
    output: 'y',
    runs: 3,
    elements: 9,
    maximumAbsoluteError: 2,
    meanAbsoluteError: expect.closeTo(4 / 9, 12),
    maximumRelativeError: 1,
    nanMismatches: 0,
    top1Agreement: { mean: expect.closeTo(2 / 3, 12), worst: 0, confidence: 0.95 },
    cosineSimilarity: { worst: expect.closeTo(0.8, 12) },
  });
  expect(figure?.divergence?.worst).toBeGreaterThan(figure?.divergence?.mean ?? Number.NaN);
  expect(figure?.top1Agreement?.lower).toBeLessThanOrEqual(2 / 3);
});

test('what has no classes has no divergence', () => {
  const agreements = new OutputAgreements();
  const integers = { y: hostTensor('int64', [1], BigInt64Array.of(3n)) };
  agreements.add(integers, integers);
  expect(agreements.figures()[0]).toMatchObject({ divergence: undefined, top1Agreement: undefined });
});

test('a value that is not finite in the candidate alone leaves no cosine similarity', () => {
  for (const broken of [Number.POSITIVE_INFINITY, Number.NaN]) {
    const agreements = new OutputAgreements();
    agreements.add(y(1, 0, 3), y(1, 0, 3));
    agreements.add(y(1, 0, 3), y(1, 0, broken));
    const { mean, worst, lower, upper } = agreements.figures()[0]?.cosineSimilarity ?? {};
    expect([mean, worst, lower, upper]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
  }
  const masked = new OutputAgreements();
  masked.add(y(1, Number.NEGATIVE_INFINITY), y(1, Number.NEGATIVE_INFINITY));
  expect(masked.figures()[0]?.cosineSimilarity.mean).toBe(1);
});

test('other outputs or shapes are refused by name', () => {
  const agreements = new OutputAgreements();
  expect(() => agreements.add(y(1), {})).toThrow(
    expect.objectContaining({ code: 'invalid-data', subject: 'y' }),
  );
  expect(() => agreements.add(y(1), y(1, 2))).toThrow(expect.objectContaining({ code: 'invalid-data' }));
  expect(agreements.figures()).toEqual([]);
});
