import { expect, test } from 'vitest';
import type { Start } from '../../src/benchmark/measure-start.ts';
import type { PeakMemory } from '../../src/benchmark/peak-memory.ts';
import { memoryRatio, summarizeStarts } from '../../src/benchmark/start-figures.ts';

const known = (bytes: number): PeakMemory => ({ status: 'known', bytes });
const unknown: PeakMemory = { status: 'unknown', reason: 'no such thing' };
const start = (scale: number, memoryLoaded: PeakMemory): Start => ({
  processMs: 100 * scale,
  sessionMs: 20 * scale,
  firstRunMs: 3 * scale,
  totalMs: 123 * scale,
  memoryLoaded,
  memoryRan: known(1000 * scale),
});

test('starts are summed up: medians of times, the highest of peaks', () => {
  const figures = summarizeStarts([start(1, known(50)), start(3, known(70)), start(2, known(60))]);
  expect([figures.total.median, figures.process.median, figures.session.median]).toEqual([246, 200, 40]);
  expect(figures.firstRun).toMatchObject({ count: 3, median: 6 });
  expect([figures.memoryLoaded, figures.memoryRan]).toEqual([known(70), known(3000)]);
});

test('what is not known once is not known', () => {
  expect(summarizeStarts([start(1, known(50)), start(1, unknown)]).memoryLoaded).toBe(unknown);
});

test('the ratio of memory is the original over the candidate', () => {
  expect(memoryRatio(known(300), known(200))).toBe(1.5);
  expect([memoryRatio(unknown, known(1)), memoryRatio(known(1), unknown)]).toEqual([undefined, undefined]);
});
