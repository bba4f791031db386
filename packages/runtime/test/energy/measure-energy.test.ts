import { expect, test } from 'vitest';
import type { Timer } from '../../src/benchmark/take-turns.ts';
import { measureEnergy } from '../../src/energy/measure-energy.ts';
import type { EnergyMeter } from '../../src/energy/meter.ts';

/** A meter of a machine that takes 10 W when idle, and `joules` more for each run. */
function pretend(...joulesPerRun: readonly number[]) {
  let spent = 0;
  const calls: number[] = [];
  const meter: EnergyMeter = {
    method: 'pretended',
    windowMs: 5,
    start: async () => {
      const before = spent;
      return async () => ({ joules: spent - before + 10, milliseconds: 1000 });
    },
  };
  const timers = joulesPerRun.map(
    (joules, index): Timer =>
      async (runs) => {
        calls.push(index);
        spent += runs * joules;
        return Array<number>(runs).fill(50);
      },
  );
  return { meter, timers, calls };
}

test('idle power is measured first and taken off', async () => {
  const { meter, timers } = pretend(3, 1);
  const { figures, idleWatts, comparison, method } = await measureEnergy(meter, timers);
  expect([idleWatts, method]).toEqual([10, 'pretended']);
  expect(figures.map(({ joulesAboveIdle }) => Math.round(1e6 * joulesAboveIdle.median) / 1e6)).toEqual([
    3, 1,
  ]);
  for (const { joules, joulesAboveIdle, runs } of figures) {
    expect(joules.median).toBeGreaterThan(joulesAboveIdle.median);
    expect([joules.count, runs >= 12]).toEqual([6, true]);
  }
  expect(comparison).toMatchObject({ pairs: 6 });
});

test('models take turns in reversed order', async () => {
  const { meter, timers, calls } = pretend(3, 1);
  await measureEnergy(meter, timers, { windowMs: 0 });
  // Each window is one run to choose the batch and one batch.
  expect(calls.join('')).toBe('001111000011110000111100');
});

test('one model alone has no comparison', async () => {
  const { meter, timers } = pretend(2);
  const { figures, comparison } = await measureEnergy(meter, timers, { windowMs: 0 });
  expect([figures.length, comparison]).toEqual([1, undefined]);
});

test('a model that fails ends the window all the same', async () => {
  let [begun, ended] = [0, 0];
  const meter: EnergyMeter = {
    method: 'counted',
    windowMs: 1,
    start: async () => {
      begun += 1;
      return async () => {
        ended += 1;
        return { joules: 1, milliseconds: 1 };
      };
    },
  };
  let calls = 0;
  const fails: Timer = async (runs) => {
    calls += 1;
    if (calls > 2) throw new Error('out of memory');
    return Array<number>(runs).fill(200);
  };
  await expect(measureEnergy(meter, [fails, fails])).rejects.toThrow('out of memory');
  expect(ended).toBe(begun);
  expect(begun).toBeGreaterThan(1);
});
