import { hostTensor } from '@sentei/data';
import { expect, test } from 'vitest';
import { benchmarkPair, type PairSettings, type Timer, timePair } from '../../src/benchmark/benchmark.ts';
import { modelFile } from '../support/model-file.ts';
import { doublingModel } from '../support/tiny-model.ts';

/** Two timers over one pretended clock, and the order in which they were called. */
function pretend(originalMs: number, candidateMs: number) {
  const calls: string[] = [];
  let time = 0;
  const timer =
    (name: string, milliseconds: number): Timer =>
    async (runs) => {
      calls.push(`${name}${runs}`);
      time += runs * milliseconds;
      return Array<number>(runs).fill(milliseconds);
    };
  const timers = { original: timer('a', originalMs), candidate: timer('b', candidateMs) };
  return { calls, time: (settings: PairSettings) => timePair(timers, settings, () => time) };
}

test('warm-up takes turns, and the first of a round alternates', async () => {
  const { calls, time } = pretend(20, 10);
  await time({ warmUp: 2, budgetMs: 1000, maximumRounds: 5 });
  expect(calls.slice(0, 4)).toEqual(['a1', 'b1', 'a1', 'b1']);
  expect(calls.slice(4).join(' ')).toBe('a1 b1 b1 a1 a1 b1 b1 a1 a1 b1');
});

test('the speedup is the original over the candidate, round by round', async () => {
  const { time } = pretend(20, 10);
  const timing = await time({ maximumRounds: 7 });
  expect(timing.speedup).toEqual({ count: 7, median: 2, lowerQuartile: 2, upperQuartile: 2 });
  expect([timing.original.median, timing.candidate.median, timing.rounds]).toEqual([20, 10, 7]);
});

test('the budget ends the rounds, but never before five', async () => {
  const tight = await pretend(100, 100).time({ budgetMs: 300 });
  expect(tight.rounds).toBe(5);
  const roomy = await pretend(10, 10).time({ warmUp: 1, budgetMs: 1000, minimumSampleMs: 0 });
  expect(roomy.rounds).toBe(49);
});

test('a slow warm-up is cut short', async () => {
  const { calls, time } = pretend(1000, 1000);
  await time({ warmUp: 50, budgetMs: 4000 });
  expect(calls.length).toBe(2 + 2 * 5);
});

test('fast models are run several times for a sample', async () => {
  const { runsPerSample } = await pretend(0.5, 4).time({ minimumSampleMs: 10, maximumRounds: 5 });
  expect(runsPerSample).toBe(20);
});

test('two files are compared at each point', async () => {
  const path = await modelFile(doublingModel());
  const rounds: string[] = [];
  const points = [1, 3].map((batch) => ({
    label: `${batch} rows`,
    feeds: { x: hostTensor('float32', [batch, 4], new Float32Array(4 * batch)) },
  }));
  const result = await benchmarkPair({
    original: path,
    candidate: path,
    points,
    threads: 1,
    warmUp: 1,
    minimumSampleMs: 0,
    maximumRounds: 5,
    onRound: (label, round) => rounds.push(`${label} ${round}`),
  });
  expect(result.points.map(({ label, rounds }) => [label, rounds])).toEqual([
    ['1 rows', 5],
    ['3 rows', 5],
  ]);
  expect(result).toMatchObject({ threads: 1, graphOptimizationLevel: 'all' });
  expect(rounds.slice(0, 2)).toEqual(['1 rows 1', '1 rows 2']);
});

test('no points, too few rounds and feeds that do not fit are refused', async () => {
  const path = await modelFile(doublingModel());
  const files = { original: path, candidate: path };
  await expect(benchmarkPair({ ...files, points: [] })).rejects.toMatchObject({ code: 'invalid-option' });
  const points = [{ label: 'none', feeds: {} }];
  await expect(benchmarkPair({ ...files, points, minimumRounds: 2 })).rejects.toMatchObject({
    code: 'invalid-option',
  });
  await expect(benchmarkPair({ ...files, points })).rejects.toMatchObject({ code: 'invalid-data' });
});
