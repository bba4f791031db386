import { seededRandom } from '@sentei/ir';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { comparePairs } from '../../src/benchmark/comparison.ts';

const time = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
const pairs = fc.array(fc.tuple(time, time), { minLength: 6, maxLength: 30 });
const few = { resamples: 200 };
const OPPOSITE = { faster: 'slower', slower: 'faster', 'no difference': 'no difference' } as const;

/** Times with the given noise, in which the original takes `ratio` times as long. */
function noisy(ratio: number, noise: number, count: number, seed: number): [number[], number[]] {
  const random = seededRandom(seed);
  const candidate = Array.from({ length: count }, () => 10 * Math.exp(noise * random.normal()));
  return [candidate.map((each) => ratio * each * Math.exp(noise * random.normal())), candidate];
}

test('a candidate that takes half the time is faster, with the ratio 2', () => {
  const [original, candidate] = noisy(2, 0.05, 20, 1);
  const comparison = comparePairs([original], [candidate]);
  expect(comparison).toMatchObject({ verdict: 'faster', pairs: 20, interval: { confidence: 0.95 } });
  expect(comparison?.interval.lower).toBeGreaterThan(1.8);
  expect(comparison?.interval.upper).toBeLessThan(2.2);
});

test('swapping the sides gives the reciprocal and the opposite verdict', () => {
  fc.assert(
    fc.property(fc.array(pairs, { minLength: 1, maxLength: 3 }), (groups) => {
      const a = groups.map((group) => group.map(([first]) => first));
      const b = groups.map((group) => group.map(([, second]) => second));
      const [there, back] = [comparePairs(a, b, few), comparePairs(b, a, few)];
      if (there === undefined || back === undefined) throw new Error('six pairs are enough');
      expect(back.verdict).toBe(OPPOSITE[there.verdict]);
      expect(back.ratio * there.ratio).toBeCloseTo(1, 10);
      expect(back.interval.lower * there.interval.upper).toBeCloseTo(1, 10);
    }),
    { numRuns: 60 },
  );
});

test('the unit of the times does not matter, nor which machine is slower', () => {
  fc.assert(
    fc.property(pairs, fc.integer({ min: -20, max: 20 }), (given, power) => {
      const [a, b] = [given.map(([first]) => first), given.map(([, second]) => second)];
      const scaled = (times: number[]) => [times.map((each) => each * 2 ** power)];
      const [before, after] = [comparePairs([a], [b], few), comparePairs(scaled(a), scaled(b), few)];
      if (before === undefined || after === undefined) throw new Error('six pairs are enough');
      expect(after.ratio / before.ratio).toBeCloseTo(1, 10);
      expect(after.interval.lower / before.interval.lower).toBeCloseTo(1, 10);
      expect(after.interval.upper / before.interval.upper).toBeCloseTo(1, 10);
    }),
    { numRuns: 60 },
  );
});

test('a slowdown that hits both of a pair cancels out', () => {
  fc.assert(
    fc.property(fc.array(time, { minLength: 6, maxLength: 20 }), (slowdowns) => {
      const comparison = comparePairs([slowdowns.map((x) => 3 * x)], [slowdowns.map((x) => 2 * x)], few);
      expect(comparison?.verdict).toBe('faster');
      expect(comparison?.ratio).toBeCloseTo(1.5, 10);
    }),
    { numRuns: 60 },
  );
});

test('a model beside itself is rarely called faster or slower', () => {
  const runs = 200;
  let called = 0;
  for (let run = 0; run < runs; run += 1) {
    const [a, b] = noisy(1, 0.1, 20, run);
    if (comparePairs([a], [b], { resamples: 400 })?.verdict !== 'no difference') called += 1;
  }
  expect(called / runs).toBeLessThan(0.1);
});

test('times that are all the same have no difference', () => {
  expect(comparePairs([[2, 2, 2, 2, 2, 2]], [[2, 2, 2, 2, 2, 2]])).toMatchObject({
    ratio: 1,
    interval: { lower: 1, upper: 1 },
    verdict: 'no difference',
  });
});

test('five pairs tell nothing with 95 % confidence', () => {
  expect(comparePairs([[2, 2, 2, 2, 2]], [[1, 1, 1, 1, 1]])).toBeUndefined();
});

test('sides that do not pair up are an error', () => {
  expect(() => comparePairs([[1]], [])).toThrow(RangeError);
  expect(() => comparePairs([[1, 2]], [[1]])).toThrow(RangeError);
});
