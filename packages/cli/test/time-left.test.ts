import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TimeLeft } from '../src/time-left.ts';

/** What is said after each unit of work. */
function follow(durations: readonly number[], total = durations.length) {
  const left = new TimeLeft();
  const said: (number | undefined)[] = [];
  let now = 0;
  for (const [index, seconds] of durations.entries()) {
    now += seconds;
    left.update(index + 1, total, now);
    said.push(left.at(now));
  }
  return { left, said, now };
}

test('nothing is said before there is something to go by, and nothing at the end', () => {
  const { said } = follow(new Array(10).fill(0.5));
  expect(said.slice(0, 4)).toEqual([undefined, undefined, undefined, undefined]);
  expect(said[4]).toBeCloseTo(2.5, 6);
  expect(said.at(-1)).toBeUndefined();
  expect(new TimeLeft().at(5)).toBeUndefined();
});

test('at a steady speed the figure is right', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 8, max: 200 }),
      fc.double({ min: 0.3, max: 60, noNaN: true }),
      (units, each) => {
        const { said } = follow(new Array(units).fill(each));
        for (const [index, left] of said.entries()) {
          if (left !== undefined) expect(left).toBeCloseTo((units - index - 1) * each, 4);
        }
      },
    ),
  );
});

test('between two units it goes down with the clock, and up when a unit is late', () => {
  const { left, now } = follow(new Array(10).fill(2), 20);
  expect(left.at(now)).toBeCloseTo(20, 6);
  expect(left.at(now + 1)).toBeCloseTo(19, 6);
  const late = left.at(now + 30) ?? 0;
  expect(late).toBeGreaterThan(19);
});

test('uneven work makes no jumps: the figure never moves by more than half and five seconds at once', () => {
  const duration = fc.double({ min: 1, max: 4, noNaN: true });
  fc.assert(
    fc.property(fc.array(duration, { minLength: 30, maxLength: 80 }), (durations) => {
      const { said } = follow(durations);
      for (const [index, left] of said.entries()) {
        const before = said[index - 1];
        if (left === undefined || before === undefined) continue;
        expect(Math.abs(left - before)).toBeLessThan(before / 2 + 5);
      }
    }),
  );
});

test('another job starts from nothing', () => {
  const { left, now } = follow(new Array(10).fill(1), 20);
  left.update(1, 20, now + 1);
  expect(left.at(now + 1)).toBeUndefined();
  left.reset();
  expect(left.at(now + 2)).toBeUndefined();
});
