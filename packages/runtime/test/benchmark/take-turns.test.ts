import { expect, test } from 'vitest';
import { type PairSettings, samplesOf, type Timer, takeTurns } from '../../src/benchmark/take-turns.ts';

/** Timers over one pretended clock: each call of one takes the next of its times. */
function pretend(...times: readonly (readonly number[])[]) {
  const calls: string[] = [];
  let clock = 0;
  const timers = times.map((own, index): Timer => {
    let next = 0;
    return async (runs) => {
      calls.push('abc'[index] ?? '');
      return Array.from({ length: runs }, () => {
        const time = own[Math.min(next, own.length - 1)] ?? 1;
        next += 1;
        clock += time;
        return time;
      });
    };
  });
  return { calls, take: (settings: PairSettings) => takeTurns(timers, settings, () => clock) };
}

const short = { maximumRounds: 5, budgetMs: 1e6, minimumSampleMs: 0 };

test('the warm-up ends when all models are steady', async () => {
  const falling = [90, 80, 70, 60, 50, 40, 30, 20, 10, 10];
  const { warmUp } = await pretend([10], falling).take(short);
  expect(warmUp).toEqual({ runs: 16, isSteady: true });
});

test('a model that never settles is measured all the same, and that is said', async () => {
  const drifting = Array.from({ length: 400 }, (_, run) => 1.2 ** (run % 100));
  expect((await pretend(drifting).take({ ...short, warmUp: 30 })).warmUp).toEqual({
    runs: 30,
    isSteady: false,
  });
});

test('the order is reversed every round, and one model alone works', async () => {
  const pair = pretend([1], [1]);
  await pair.take({ ...short, warmUp: 1 });
  expect(pair.calls.join('')).toBe('ab' + 'abbaabbaab');
  const alone = await pretend([4]).take({ ...short, warmUp: 1 });
  expect(alone.rounds).toEqual([Array(5).fill([4])]);
});

test('times of all single runs are kept', async () => {
  const { rounds, runsPerSample } = await pretend([4, 1, 2, 3]).take({
    ...short,
    warmUp: 1,
    minimumSampleMs: 12,
  });
  expect(runsPerSample).toBe(3);
  expect(rounds[0]?.[0]).toEqual([1, 2, 3]);
  expect(samplesOf(rounds[0] ?? [])).toEqual([2, 3, 3, 3, 3]);
});

test('settings that make no sense are refused', async () => {
  await expect(pretend([1]).take({ minimumRounds: 2 })).rejects.toMatchObject({ code: 'invalid-option' });
});
