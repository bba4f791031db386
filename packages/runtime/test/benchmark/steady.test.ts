import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSteady, STEADY } from '../../src/benchmark/steady.ts';

test('a model that gets faster is not steady until it stops', () => {
  const falling = [100, 80, 64, 51, 41, 33, 26, 21, 17, 13];
  expect(isSteady(falling)).toBe(false);
  expect(isSteady([...falling, 10, 10, 10, 10, 10])).toBe(false);
  expect(isSteady([...falling, ...Array<number>(10).fill(10)])).toBe(true);
});

test('windows may differ by the tolerance and no more', () => {
  const windows = (after: number) => [
    ...Array<number>(STEADY.window).fill(100),
    ...Array<number>(STEADY.window).fill(after),
  ];
  expect([105, 95.3, 106, 94].map((after) => isSteady(windows(after)))).toEqual([true, true, false, false]);
});

test('one interrupted run in a window does not matter', () => {
  expect(isSteady([10, 10, 500, 10, 10, 10, 10, 10, 10, 900])).toBe(true);
});

test('two windows are needed', () => {
  expect(isSteady(Array<number>(2 * STEADY.window - 1).fill(1))).toBe(false);
});

test('only the last two windows count', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0.1, max: 1e4, noNaN: true })), (before) => {
      expect(isSteady([...before, ...Array<number>(10).fill(3)])).toBe(true);
    }),
  );
});
