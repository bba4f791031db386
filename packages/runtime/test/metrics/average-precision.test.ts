import { expect, test } from 'vitest';
import { averagePrecision, COCO_THRESHOLDS } from '../../src/metrics/average-precision.ts';
import { example } from '../support/list-dataset.ts';

const metric = averagePrecision({ detections: () => [], truths: () => [], thresholds: [0.5] });
const image = (truths: number, ...detections: (readonly [number, number])[]) => [
  { category: 0, truths, detections },
];

test('a model that finds all and nothing else has 1, one that finds nothing 0', () => {
  expect(metric.reduce([image(2, [0.9, 1], [0.8, 1])])).toBeCloseTo(1, 12);
  expect(metric.reduce([image(2, [0.9, 0])])).toBe(0);
  expect(metric.reduce([image(2)])).toBe(0);
});

test('precision is read at 101 recalls', () => {
  // Found, not, found, of 4 objects: precision 1 up to recall 0.25 (26 points), 2/3 up to 0.5 (25), then 0.
  const value = metric.reduce([image(3, [0.9, 1], [0.7, 1]), image(1, [0.8, 0])]);
  expect(value).toBeCloseTo((26 + 25 * (2 / 3)) / 101, 12);
});

test('categories without objects do not count, and without any objects there is no figure', () => {
  const other = { category: 1, truths: 0, detections: [[0.9, 0]] as const };
  expect(metric.reduce([[...image(1, [0.9, 1]), other]])).toBeCloseTo(1, 12);
  expect(metric.reduce([[other]])).toBeNaN();
});

test('thresholds are averaged', () => {
  const two = averagePrecision({ detections: () => [], truths: () => [], thresholds: [0.5, 0.9] });
  expect(two.reduce([image(1, [0.9, 0b01])])).toBeCloseTo(0.5, 12);
  expect(COCO_THRESHOLDS).toHaveLength(10);
});

test('weighing an image is writing it several times', () => {
  const scores = [image(2, [0.9, 1], [0.3, 0]), image(1, [0.8, 0]), image(3, [0.7, 1], [0.6, 1])];
  const [a = [], b = [], c = []] = scores;
  expect(metric.weigh?.(scores)([2, 0, 1])).toBeCloseTo(metric.reduce([a, a, c]), 12);
  expect(metric.weigh?.(scores)([1, 3, 1])).toBeCloseTo(metric.reduce([a, b, b, b, c]), 12);
});

test("the user's decoder gives the boxes", () => {
  const box = [0, 0, 2, 2] as const;
  const decoded = averagePrecision({
    detections: (_, outputs) => [{ box, category: 3, score: outputs.length }],
    truths: ({ label }) => [{ box, category: Number(label) }],
  });
  const score = decoded.score(example({}, 3), [{}]);
  expect(score).toEqual([{ category: 3, truths: 1, detections: [[1, 0b1111111111]] }]);
  expect(decoded.reduce([score])).toBeCloseTo(1, 12);
});
