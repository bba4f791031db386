import { expect, test } from 'vitest';
import { drawStatistics, type StatisticsDescription } from '../../src/calibration/describe-statistics.ts';

const description: StatisticsDescription = {
  model: 'm.onnx',
  data: 'd.txt',
  examples: 12,
  isComplete: false,
  batch: 4,
  blocks: [[0, 3]],
  settings: { threads: 1, graphOptimizationLevel: 'disabled', executionProvider: 'cpu' },
  versions: { onnxruntime: '1', statistics: 1 },
  taps: [
    {
      value: 'hidden',
      rows: 1200,
      skipped: 3,
      features: 2,
      moments: {
        count: 1200,
        mean: Float64Array.of(1, 3),
        variance: Float64Array.of(0, 6),
        minimum: Float64Array.of(1, -4),
        maximum: Float64Array.of(1, 9),
      },
      gram: { rows: 1200, shape: [2, 2], sums: new Float64Array(4) },
    },
    { value: 'other', rows: 0, skipped: 0, features: 0 },
  ],
};

test('the table pools the features of a tap, and lists what has no column', () => {
  expect(drawStatistics(description)).toBe(
    [
      'm.onnx on d.txt: 12 examples, a part of the data',
      '┌────────┬───────┬──────────┬──────┬───────────┬───────┬──────┬────────┬──────┬────────────────────────────┐',
      '│ value  │  rows │ features │ mean │ deviation │ least │ most │ median │ 99 % │ also                       │',
      '├────────┼───────┼──────────┼──────┼───────────┼───────┼──────┼────────┼──────┼────────────────────────────┤',
      '│ hidden │ 1,200 │        2 │    2 │         2 │    -4 │    9 │        │      │ Gram 2 × 2, 3 rows skipped │',
      '│ other  │     0 │          │      │           │       │      │        │      │                            │',
      '└────────┴───────┴──────────┴──────┴───────────┴───────┴──────┴────────┴──────┴────────────────────────────┘',
      '',
    ].join('\n'),
  );
});
