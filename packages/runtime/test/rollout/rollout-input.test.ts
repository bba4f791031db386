import { expect, test } from 'vitest';
import { normalQuantile } from '../../src/rollout/normal-quantile.ts';
import { rolloutInput } from '../../src/rollout/rollout-input.ts';
import type { Validation } from '../../src/validate.ts';

type Measured = Extract<Validation, { status: 'done' }>;

const summary = (median: number) => ({ count: 3, median, lowerQuartile: median, upperQuartile: median });
const interval = { lower: -0.01, upper: 0.03, confidence: 0.95 };

const validation: Measured = {
  status: 'done',
  quality: [
    {
      metric: 'top-1',
      lowerIsBetter: false,
      where: 'rows',
      shift: null,
      examples: 100,
      original: 0.8,
      candidate: 0.79,
      drop: 0.0125,
      interval,
      difference: { value: -0.01, lower: -0.02, upper: 0 },
    },
  ],
  agreement: [
    {
      output: 'y',
      where: 'rows',
      examples: 10,
      cosine: { mean: 0.99, deviation: 0.1, interval },
      divergence: { mean: 0.02, deviation: 0.01, interval },
      top1: { mean: 0.97, deviation: 0.05, interval },
    },
  ],
  fidelity: [],
  speed: [1.5, 1.25].map((ratio) => ({
    label: `at ${ratio}`,
    inputs: 'synthesized' as const,
    batch: 1,
    length: 64,
    original: summary(1),
    candidate: summary(1),
    speedup: summary(ratio),
    rounds: 3,
    runsPerSample: 1,
  })),
  memory: null,
  leftOut: [],
  gates: { gates: [true, false] },
  executionProvider: 'cpu',
  tf32: true,
  placement: null,
  threads: 1,
  runtimeVersion: '1.0',
};

test('the loss and its proxies, oriented so that it is clear what is worse', () => {
  const input = rolloutInput(validation, { maxDrop: 0.05, minTop1: 0.9, minSpeedup: 1.1 }, true);
  expect(input).toEqual({
    gates: { input: 'gates', skipped: [true, false] },
    figures: [
      {
        name: 'loss of top-1, rows',
        needsLabels: true,
        worse: 'higher',
        expected: 0.01,
        // The half width 0.01 is 1.96 standard errors of a mean of 100.
        deviation: expect.closeTo((0.01 / normalQuantile(0.975)) * 10, 9),
        budget: expect.closeTo(0.04, 9),
      },
      {
        name: 'divergence of y, rows',
        needsLabels: false,
        worse: 'higher',
        expected: 0.02,
        deviation: 0.01,
        budget: null,
      },
      {
        name: 'top-1 agreement of y, rows',
        needsLabels: false,
        worse: 'lower',
        expected: 0.97,
        deviation: 0.05,
        budget: 0.9,
      },
    ],
    latency: { ratio: 0.8, minSpeedup: 1.1 },
  });
});

test('what has no interval or is shifted is not watched', () => {
  const [figure] = validation.quality;
  if (!figure) throw new Error('there is one');
  const quality = [
    { ...figure, interval: null },
    { ...figure, shift: 'noise=0.1' },
  ];
  const input = rolloutInput(
    { ...validation, quality, agreement: [], gates: {}, speed: [] },
    { maxDrop: 1 },
    true,
  );
  expect(input).toEqual({ gates: null, figures: [], latency: { ratio: null, minSpeedup: null } });
});
