import { hostTensor } from '@sentei/data';
import { expect, test } from 'vitest';
import { figureOf, type PointMeasurements } from '../../src/benchmark/figure.ts';
import type { Start } from '../../src/benchmark/measure-start.ts';

const feeds = { x: hostTensor('float32', [1, 2], new Float32Array(2)) };
const start = (totalMs: number, bytes: number): Start => ({
  processMs: 0,
  sessionMs: 0,
  firstRunMs: totalMs,
  totalMs,
  memoryLoaded: { status: 'known', bytes },
  memoryRan: { status: 'known', bytes: 2 * bytes },
});
const warmUp = { runs: 10, isSteady: true };
const rounds = (time: number) => [3, 2, 1].map((extra) => [time, time + extra / 100, time + 1]);

function measurements(models: readonly number[]): PointMeasurements {
  return {
    starts: models.map((time) => [1, 2, 3, 4, 5, 6].map((each) => start(time * each, time * 100))),
    turns: [1, 1.1].map((factor) => ({
      rounds: models.map((time) => rounds(time * factor)),
      runsPerSample: 3,
      warmUp,
    })),
    energy: undefined,
  };
}

test('two models are described and compared', () => {
  const figure = figureOf('all', 'small', [feeds, feeds], measurements([20, 10]), {});
  expect(figure).toMatchObject({ label: 'small', rounds: 6, runsPerSample: [3, 3] });
  expect(figure.original.latency).toMatchObject({ count: 6, runs: 18 });
  expect(figure.comparison?.latency).toMatchObject({ verdict: 'faster', pairs: 6 });
  expect(figure.comparison?.start).toMatchObject({ verdict: 'faster', pairs: 6 });
  expect(figure.comparison?.start?.ratio).toBeCloseTo(2, 10);
  expect([figure.comparison?.memoryLoaded, figure.comparison?.memoryRan]).toEqual([2, 2]);
  expect(figure.comparison?.energy).toBeUndefined();
});

test('inputs are described, the elements of small integer ones too', () => {
  const own = {
    ...feeds,
    gates: hostTensor('bool', [2], Uint8Array.of(1, 0)),
    steps: hostTensor('int64', [], BigInt64Array.of(7n)),
    ids: hostTensor('int64', [1, 65], new BigInt64Array(65)),
  };
  expect(figureOf('all', 'small', [own], measurements([20]), {}).original.inputs).toEqual({
    x: { dims: [1, 2] },
    gates: { dims: [2], integers: [1, 0] },
    steps: { dims: [], integers: [7] },
    ids: { dims: [1, 65] },
  });
});

test('one model alone is described', () => {
  const figure = figureOf('disabled', 'small', [feeds, feeds], measurements([20]), {});
  expect(Object.keys(figure)).not.toContain('candidate');
  expect(figure.original.latency.interval.lower).toBeGreaterThanOrEqual(20);
});

test('energy is put with its model', () => {
  const joules = { count: 6, median: 2, lowerQuartile: 2, upperQuartile: 2 };
  const energy = {
    figures: [{ joules, joulesAboveIdle: joules, runs: 60 }],
    idleWatts: 30,
    method: 'a pretended meter',
  };
  const figure = figureOf('all', 'small', [feeds, feeds], { ...measurements([20]), energy }, {});
  expect([figure.original.energy?.joules.median, figure.idleWatts]).toEqual([2, 30]);
});
