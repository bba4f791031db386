import { expect, test } from 'vitest';
import { drawResources } from '../../../src/html/sections/resources.ts';
import { benchmarkFigure, benchmarkRecord, modelFigures, modelWork } from '../../support/benchmark.ts';
import { cellsOf } from '../../support/page.ts';
import { measured, report } from '../../support/report.ts';

const summary = (median: number) => ({ count: 6, median, lowerQuartile: median, upperQuartile: median });

test('starts and peaks of both models are listed, and why energy is unknown', () => {
  const markup = drawResources({ report: report(), benchmark: benchmarkRecord() });
  const figures = ['300 ms', '150 ms', '50 ms', '120.0 MB', 'unknown: no VmHWM'];
  expect(cellsOf(markup)).toEqual([
    ['batch 1, length 128, all', 'original', ...figures],
    ['batch 1, length 128, all', 'pruned', ...figures],
    ['batch 1, length 128', 'original', '2,500,000,000', '5.0 MB', '0'],
    ['batch 1, length 128', 'pruned', '2,000,000,000', '5.0 MB', '0'],
  ]);
  expect(String(markup)).toContain('Energy is unknown: <bdi>there are no counters</bdi>');
});

test('arithmetic that depends on data has bounds', () => {
  const work = [
    { label: 'a', original: modelWork(1, 2) },
    { label: 'b', original: modelWork(3, null) },
  ];
  const rows = cellsOf(drawResources({ report: report(), benchmark: benchmarkRecord({ work }) }));
  expect(rows.slice(-2).map(([, , operations]) => operations)).toEqual(['1 to 2', 'at least 3']);
});

test('energy is listed where it was measured, and one model alone too', () => {
  const energy = { joules: summary(2), joulesAboveIdle: summary(1.5), runs: 10 };
  const benchmark = benchmarkRecord({
    figures: [benchmarkFigure({ original: { ...modelFigures(5), energy }, candidate: undefined })],
    energy: { status: 'measured', method: 'RAPL' },
  });
  const markup = drawResources({ report: report(), benchmark });
  expect(cellsOf(markup).at(-1)).toEqual(['batch 1, length 128, all', 'original', '2 J', '1.5 J']);
  expect(String(markup)).toContain('RAPL');
});

test('the peaks of a validation stand in for a benchmark', () => {
  const known = { status: 'known', bytes: 2e8 } as const;
  const memory = { size: 'length 512', original: known, candidate: { ...known, bytes: 1e8 } };
  const markup = drawResources({ report: report(), validation: { validation: { ...measured(), memory } } });
  expect(cellsOf(markup)).toEqual([['length 512', '200.0 MB', '100.0 MB']]);
});

test('without either the page says which command measures them', () => {
  for (const benchmark of [undefined, null, 3, { figures: [{}] }]) {
    expect(String(drawResources({ report: report(), benchmark }))).toContain('Not measured');
  }
});
