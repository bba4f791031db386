import { expect, test } from 'vitest';
import { latencyPoints } from '../../src/html/latency-points.ts';
import { benchmarkFigure, benchmarkRecord, modelFigures } from '../support/benchmark.ts';
import { fullReport } from '../support/page.ts';
import { measured, report } from '../support/report.ts';

test('times in the report are found', () => {
  const points = latencyPoints({ report: fullReport() });
  expect(points.map(({ label }) => label)).toEqual(['length 64', 'length 512']);
  expect(points[0]).toMatchObject({
    group: 'cpu, 2 threads',
    batch: 1,
    length: 64,
    speedup: 2,
    speedupRange: { kind: 'quartiles' },
    verdict: undefined,
  });
});

test('a benchmark goes before the validation, with its settings and its intervals', () => {
  const validation = { validation: measured() };
  expect(latencyPoints({ report: fullReport(), validation, benchmark: benchmarkRecord() })).toEqual([
    {
      label: 'batch 1, length 128',
      group: 'cpu, 2 threads, graph optimization all',
      batch: 1,
      length: 128,
      original: {
        median: 20,
        lowerQuartile: 18,
        upperQuartile: 22,
        interval: { lower: 19.6, upper: 20.4 },
        times: [20],
      },
      candidate: expect.objectContaining({ median: 10 }),
      speedup: 2,
      speedupRange: { lower: 1.9, upper: 2.1, kind: '95 % interval' },
      verdict: 'faster',
    },
  ]);
});

test('of images only the batch is a size', () => {
  const figures = [
    benchmarkFigure({
      original: { ...modelFigures(20), inputs: { scale: { dims: [] }, image: { dims: [8, 3, 224, 224] } } },
    }),
  ];
  expect(latencyPoints({ report: report(), benchmark: benchmarkRecord({ figures }) })[0]).toMatchObject({
    batch: 8,
    length: undefined,
  });
});

test('the validation goes before the report', () => {
  const [speed] = measured().speed;
  const validation = { validation: { threads: 7, speed: [{ ...speed, label: 'other' }] } };
  const [point] = latencyPoints({ report: report(), validation });
  expect(point).toMatchObject({ label: 'other', group: '7 threads' });
});

test('what is no pair of times is passed over', () => {
  const skipped = report({ validation: { status: 'skipped', reason: 'as asked' } });
  for (const file of [undefined, null, 3, 'x', {}, { figures: [] }, { figures: [{ label: 'x' }, 4] }]) {
    expect(latencyPoints({ report: skipped, benchmark: file, validation: file })).toEqual([]);
  }
  const alone = { ...benchmarkFigure(), candidate: undefined };
  const broken = benchmarkFigure({ original: modelFigures(0) });
  const benchmark = benchmarkRecord({ figures: [alone, broken] });
  expect(latencyPoints({ report: skipped, benchmark })).toEqual([]);
});
