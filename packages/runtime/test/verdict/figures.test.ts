import { expect, test } from 'vitest';
import type { Validation } from '../../src/validate.ts';
import { figuresOf } from '../../src/verdict/figures.ts';

type Measured = Extract<Validation, { status: 'done' }>;

const summary = { count: 3, median: 1.2, lowerQuartile: 1.1, upperQuartile: 1.3 };
const interval = { lower: 0.001, upper: 0.003, confidence: 0.95 };
const statistic = (mean: number) => ({ mean, deviation: 0.1, interval });
const quality = (shift: string | null) => ({
  metric: 'accuracy',
  lowerIsBetter: false,
  where: shift === null ? 'rows' : `rows, ${shift}`,
  shift,
  examples: 10,
  original: 0.9,
  candidate: 0.88,
  drop: 0.002,
  interval,
  difference: { value: -0.002, lower: -0.003, upper: -0.001 },
});

const validation: Measured = {
  status: 'done',
  quality: [quality(null), quality('noise=0.1')],
  agreement: [
    {
      output: 'y',
      where: 'rows',
      examples: 4,
      cosine: statistic(0.99),
      divergence: statistic(0.01),
      top1: null,
    },
  ],
  fidelity: [],
  speed: [],
  memory: null,
  leftOut: [
    { part: 'speed', what: 'length 64', reason: 'too long' },
    { part: 'quality', what: 'windows of 1024 bytes', reason: 'too short' },
    { part: 'fidelity', what: 'length 1', reason: 'no' },
  ],
  gates: {},
  executionProvider: 'cpu',
  tf32: true,
  placement: null,
  threads: 1,
  runtimeVersion: '1.0',
};

test('each part of a validation gives its figures, and what is missing altogether says why', () => {
  expect(figuresOf(validation)).toEqual([
    { quantity: 'drop', where: 'accuracy, rows', value: 0.002, interval },
    { quantity: 'shift drop', where: 'accuracy, rows, noise=0.1', value: 0.002, interval },
    { quantity: 'cosine similarity', where: 'output y, rows', value: 0.99, interval },
    { quantity: 'divergence', where: 'output y, rows', value: 0.01, interval },
    { quantity: 'speed-up', where: 'length 64', value: null, interval: null, reason: 'too long' },
  ]);
});

test('times are speed-ups', () => {
  const speed = [
    {
      label: 'length 64',
      inputs: 'synthesized' as const,
      batch: 1,
      length: 64,
      original: summary,
      candidate: summary,
      speedup: summary,
      rounds: 3,
      runsPerSample: 1,
    },
  ];
  expect(figuresOf({ ...validation, speed }).filter(({ quantity }) => quantity === 'speed-up')).toMatchObject(
    [{ where: 'length 64', value: 1.2 }],
  );
});

test('the interval of a speed-up is that of the comparison', () => {
  const comparison = {
    ratio: 1.25,
    interval: { lower: 1.2, upper: 1.3, confidence: 0.95 },
    pairs: 9,
    verdict: 'faster' as const,
  };
  const timed = {
    label: 'batch 1',
    inputs: 'synthesized' as const,
    batch: 1,
    length: undefined,
    original: summary,
    candidate: summary,
    speedup: summary,
    comparison,
    rounds: 9,
    runsPerSample: 1,
  };
  expect(figuresOf({ ...validation, speed: [timed] })).toContainEqual({
    quantity: 'speed-up',
    where: 'batch 1',
    value: 1.25,
    interval: comparison.interval,
  });
});

test('memory that the system does not tell is not known', () => {
  const known = (bytes: number) => ({ status: 'known', bytes }) as const;
  const memory = { size: 'length 64', original: known(200), candidate: known(150) };
  expect(figuresOf({ ...validation, memory })).toContainEqual({
    quantity: 'memory ratio',
    where: 'length 64',
    value: 0.75,
    interval: null,
  });
  const unknown = { ...memory, candidate: { status: 'unknown', reason: 'no counter' } as const };
  expect(figuresOf({ ...validation, memory: unknown })).toContainEqual({
    quantity: 'memory ratio',
    where: 'length 64',
    value: null,
    interval: null,
    reason: 'no counter',
  });
});

test('an impossible validation gives none', () => {
  expect(figuresOf({ status: 'impossible', reason: 'no' })).toEqual([]);
});
