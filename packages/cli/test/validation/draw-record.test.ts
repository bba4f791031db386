import { decideVerdict, planRollout, type ValidationRecord } from '@sentei/runtime';
import { expect, test } from 'vitest';
import { createPaint } from '../../src/paint.ts';
import { drawRecord } from '../../src/validation/draw-record.ts';
import { textStream } from '../support/streams.ts';

const interval = { lower: 0.001, upper: 0.004, confidence: 0.95 };
const times = (median: number) => ({ count: 9, median, lowerQuartile: median, upperQuartile: median });

function record(loss: number, gates: readonly boolean[] | null): ValidationRecord {
  const budget = { maxDrop: 0.01, minSpeedup: 1.1 };
  const figures = [
    { quantity: 'drop', where: 'accuracy, rows', value: loss, interval } as const,
    {
      quantity: 'speed-up',
      where: 'length 64',
      value: 1.4,
      interval: { ...interval, lower: 1.3, upper: 1.5 },
    } as const,
  ];
  const watched = {
    name: 'loss of accuracy, rows',
    needsLabels: true,
    worse: 'higher',
    expected: 0.002,
    deviation: 0.1,
    budget: 0.01,
  } as const;
  const model = { path: 'models/pruned.onnx', fileBytes: 100, externalBytes: 0, sha256: 'ab' };
  return {
    version: 1,
    startedAt: '',
    finishedAt: '',
    software: { sentei: '0', onnxruntimeNode: '1', node: '20' },
    machine: null,
    options: {
      budget,
      budgetText: 'maxDrop=0.01 minSpeedup=1.1',
      allowUnknown: false,
      effort: 'full',
      threads: 2,
      shifts: [],
    },
    original: { ...model, path: 'models/original.onnx' },
    candidate: model,
    data: null,
    validation: {
      status: 'done',
      quality: [
        {
          metric: 'accuracy',
          lowerIsBetter: false,
          where: 'rows',
          shift: null,
          examples: 100,
          original: 0.9,
          candidate: 0.898,
          drop: loss,
          interval,
          difference: { value: -0.002, lower: -0.004, upper: -0.001 },
        },
      ],
      agreement: [],
      fidelity: [],
      speed: [
        {
          label: 'length 64',
          inputs: 'synthesized',
          batch: 1,
          length: 64,
          original: times(14),
          candidate: times(10),
          speedup: times(1.4),
          comparison: {
            ratio: 1.4,
            interval: { lower: 1.3, upper: 1.5, confidence: 0.95 },
            pairs: 9,
            verdict: 'faster',
          },
          rounds: 9,
          runsPerSample: 1,
        },
      ],
      memory: null,
      leftOut: [],
      gates: {},
      executionProvider: 'cpu',
      tf32: true,
      placement: null,
      threads: 2,
      runtimeVersion: '1',
    },
    verdict: decideVerdict(figures, budget),
    rollout: planRollout({
      gates: gates && { input: 'g', skipped: gates },
      figures: [watched],
      latency: null,
    }),
    warnings: [
      'something worth a long sentence that would not fit on a single line of eighty columns at all',
    ],
  };
}

const paint = createPaint(textStream(), {});

test('a pass, with its figures and how to roll it out', () => {
  const text = drawRecord(record(0.002, [true, true, false, true]), paint);
  expect(text.split('\n').slice(0, 5)).toEqual([
    'pass: models/pruned.onnx, budget maxDrop=0.01 minSpeedup=1.1',
    'pass maxDrop: drop (accuracy, rows) is 0.20 % [0.10 %, 0.40 %] at 95 %, within',
    '  the limit, at most 1.00 % (the figure itself decides)',
    'pass minSpeedup: speed-up (length 64) is 1.40 x [1.30 x, 1.50 x] at 95 %, within',
    '  the limit, at least 1.10 x (the figure itself decides)',
  ]);
  expect(text).toContain('│ accuracy, rows │   0.9000 │ 0.8980 │ +0.20 % │ +0.10 % to +0.40 % │');
  expect(text).toContain('│ length 64 │    14 ms │  10 ms │   1.40 × │ 1.30 - 1.50 │ faster  │');
  expect(text).toContain('│ or gates skipped │       1 │      1 │     1 │     2 │     3 │');
  expect(text).toMatch(/- loss of accuracy, rows over 1,569 requests is at or above 0\.00787/);
  expect(text).toContain('warning: something worth');
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test('a fail is not rolled out', () => {
  const text = drawRecord(record(0.02, null), paint);
  expect(text).toMatch(/^fail: models\/pruned.onnx/);
  expect(text).toContain('fail maxDrop: ');
  expect(text).not.toContain('roll-out');
});
