import { expect, test } from 'vitest';
import { formatScores, wordsOf } from '../../src/text/scores.ts';

test('scores are words with figures, losses in per cent', () => {
  const scores = { calibration: 2.34567, calibrationDrop: 0.0123, drop: Number.NaN, parameters: 1234567 };
  expect(formatScores(scores)).toBe(
    'calibration 2.35, calibration drop +1.23 %, drop NaN, parameters 1.2e+6',
  );
  expect(formatScores({})).toBe('');
});

test('names in camel case are words', () => {
  expect(['scoreBound', 'top1Agreement', 'plain'].map(wordsOf)).toEqual([
    'score bound',
    'top1 agreement',
    'plain',
  ]);
});
