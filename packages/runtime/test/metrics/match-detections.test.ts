import { expect, test } from 'vitest';
import { matchDetections } from '../../src/metrics/match-detections.ts';

const truth = (left: number, category = 0) => ({ box: [left, 0, left + 10, 10] as const, category });
const seen = (left: number, score: number, category = 0) => ({ ...truth(left, category), score });

test('the surest detection chooses first, and an object is found once', () => {
  const [matches] = matchDetections([seen(0, 0.5), seen(1, 0.9)], [truth(0)], [0.5], 100);
  expect(matches).toEqual({
    category: 0,
    truths: 1,
    detections: [
      [0.9, 1],
      [0.5, 0],
    ],
  });
});

test('each threshold has a bit of its own', () => {
  // Shifted by 2 of 10, boxes share 8 of 12.
  const [matches] = matchDetections([seen(2, 1)], [truth(0)], [0.5, 2 / 3, 0.7], 100);
  expect(matches?.detections).toEqual([[1, 0b011]]);
});

test('the object that is covered best is taken, only of the same category', () => {
  const found = matchDetections(
    [seen(1, 0.9), seen(9, 0.8), seen(0, 0.7, 5)],
    [truth(0), truth(8)],
    [0.5],
    100,
  );
  expect(found).toEqual([
    {
      category: 0,
      truths: 2,
      detections: [
        [0.9, 1],
        [0.8, 1],
      ],
    },
    { category: 5, truths: 0, detections: [[0.7, 0]] },
  ]);
});

test('only the surest count, and boxes without an area find nothing', () => {
  const [matches] = matchDetections([seen(0, 0.1), seen(0, 0.2)], [truth(0)], [0.5], 1);
  expect(matches?.detections).toEqual([[0.2, 1]]);
  const flat = { box: [0, 0, 0, 0] as const, category: 0 };
  expect(matchDetections([{ ...flat, score: 1 }], [flat], [0.5], 1)[0]?.detections).toEqual([[1, 0]]);
});
