import { seededRandom } from '@sentei/ir';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canTellMedian, medianInterval, middleOf } from '../../src/benchmark/interval.ts';

const samples = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 });
const groups = fc.array(samples, { minLength: 1, maxLength: 4 });
const few = { resamples: 200 };

test('the middle of an even number of samples is the mean of the two in the middle', () => {
  expect([middleOf([5]), middleOf([4, 1, 3, 2]), middleOf([9, 1, 2])]).toEqual([5, 2.5, 2]);
  expect(middleOf([])).toBeNaN();
});

test('six samples are the fewest for 95 %', () => {
  expect([5, 6].map((count) => canTellMedian(count, 0.95))).toEqual([false, true]);
});

test('an interval lies within the samples and holds their median', () => {
  fc.assert(
    fc.property(groups, (given) => {
      const { lower, upper } = medianInterval(given, few);
      const all = given.flat();
      expect(lower).toBeGreaterThanOrEqual(Math.min(...all));
      expect(upper).toBeLessThanOrEqual(Math.max(...all));
      expect(lower).toBeLessThanOrEqual(upper);
    }),
    { numRuns: 50 },
  );
});

test('negated samples have the negated interval, exactly', () => {
  fc.assert(
    fc.property(groups, (given) => {
      const { lower, upper } = medianInterval(given, few);
      const negated = medianInterval(
        given.map((group) => group.map((x) => -x)),
        few,
      );
      expect([negated.lower + upper, negated.upper + lower]).toEqual([0, 0]);
    }),
    { numRuns: 50 },
  );
});

test('the same seed gives the same interval', () => {
  const given = [[3, 1, 4, 1, 5, 9, 2, 6]];
  expect(medianInterval(given, { seed: 4 })).toEqual(medianInterval(given, { seed: 4 }));
});

test('19 of 20 intervals or nearly so hold the true median of skewed samples', () => {
  const random = seededRandom(11);
  const runs = 400;
  let held = 0;
  for (let run = 0; run < runs; run += 1) {
    const lognormal = Array.from({ length: 25 }, () => Math.exp(random.normal()));
    const { lower, upper } = medianInterval([lognormal], { resamples: 400, seed: run });
    if (lower <= 1 && 1 <= upper) held += 1;
  }
  expect(held / runs).toBeGreaterThan(0.91);
});

test('what chance gives to a whole process widens the interval', () => {
  const random = seededRandom(3);
  const processes = [-1, 0, 1].map((offset) =>
    Array.from({ length: 20 }, () => offset + 0.1 * random.normal()),
  );
  const together = medianInterval([processes.flat()]);
  const apart = medianInterval(processes);
  expect(apart.upper - apart.lower).toBeGreaterThan(together.upper - together.lower);
});

test('no samples are an error', () => {
  expect(() => medianInterval([])).toThrow(RangeError);
  expect(() => medianInterval([[1], []])).toThrow(RangeError);
});
