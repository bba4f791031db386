import { expect, test } from 'vitest';
import { latencyPoints } from '../../src/html/latency-points.ts';
import { fullReport } from '../support/page.ts';
import { report } from '../support/report.ts';

const latency = (median: number) => ({
  median,
  lowerQuartile: median,
  upperQuartile: median,
  times: [median],
});

const point = {
  label: 'length 8',
  length: 8,
  original: { ...latency(4), interval: { lower: 3.9, upper: 4.1 } },
  candidate: latency(2),
  comparison: { ratio: 2.05, interval: { lower: 1.9, upper: 2.2 }, confidence: 0.95, verdict: 'faster' },
};

test('times of the validation in the report are found', () => {
  const points = latencyPoints({ report: fullReport() });
  expect(points.map(({ label }) => label)).toEqual(['length 64', 'length 512']);
  expect(points[0]).toMatchObject({
    group: '2 threads',
    batch: 1,
    length: 64,
    speedup: 2,
    speedupRange: { kind: 'quartiles' },
    verdict: undefined,
  });
});

test('a benchmark goes before the validation, with its settings and its intervals', () => {
  const benchmark = {
    runs: [{ executionProvider: 'cuda', threads: 1, graphOptimizationLevel: 'all', points: [point] }],
  };
  expect(latencyPoints({ report: fullReport(), benchmark })).toEqual([
    {
      label: 'length 8',
      group: 'cuda, 1 thread, graph optimization all',
      batch: undefined,
      length: 8,
      original: point.original,
      candidate: point.candidate,
      speedup: 2.05,
      speedupRange: { lower: 1.9, upper: 2.2, kind: '95 % interval' },
      verdict: 'faster',
    },
  ]);
});

test('the settings of a point go before those around it', () => {
  const benchmark = { threads: 4, points: [{ ...point, threads: 8 }] };
  expect(latencyPoints({ report: report(), benchmark })[0]?.group).toBe('8 threads');
});

test('a validation file is read in its own form too', () => {
  const validation = { threads: 1, speed: [point] };
  expect(latencyPoints({ report: report(), validation })[0]?.group).toBe('1 thread');
});

test('what is no time is passed over', () => {
  const skipped = report({ validation: { status: 'skipped', reason: 'as asked' } });
  for (const benchmark of [undefined, null, 3, 'x', {}, { points: [] }, { points: [{ label: 'x' }, 4] }]) {
    expect(latencyPoints({ report: skipped, benchmark, validation: benchmark })).toEqual([]);
  }
  const broken = { points: [{ ...point, original: { ...point.original, median: 0 } }] };
  expect(latencyPoints({ report: skipped, benchmark: broken })).toEqual([]);
});
