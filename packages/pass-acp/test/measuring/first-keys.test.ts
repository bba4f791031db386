import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstKeys, type HeadDecay, type HeadScores } from '../../src/measuring/first-keys.ts';
import { type AttentionProblem, attendRow } from '../support/reference-attention.ts';

/** Scores that are all 0. */
function noScores(length: number): HeadScores {
  const zeros = new Float64Array(length);
  return { queries: zeros, keys: zeros, own: zeros };
}

const byGates = (logGates: number[], epsilon: number) =>
  firstKeys({ kind: 'gates', logGates }, noScores(logGates.length), logGates.length, { epsilon, tile: 1 });

test('what is before the first keys weighs at most epsilon in attention over the same scores', () => {
  const gate = fc.oneof(
    fc.double({ min: -2, max: 0, noNaN: true }),
    fc.constantFrom(0, -2000, Number.NEGATIVE_INFINITY),
  );
  const vector = fc.double({ min: -3, max: 3, noNaN: true });
  let leftOut = 0;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(gate, vector, vector), { minLength: 1, maxLength: 40 }),
      fc.constantFrom(1e-6, 1e-2, 0.3),
      fc.constantFrom(1, 4),
      fc.boolean(),
      (rows, epsilon, tile, knowsOwn) => {
        const length = rows.length;
        const [logGates, query, key] = [0, 1, 2].map((index) => rows.map((row) => row[index] ?? 0)) as [
          number[],
          number[],
          number[],
        ];
        const facts: HeadScores = {
          queries: query.map(Math.abs),
          keys: key.map(Math.abs),
          ...(knowsOwn && { own: query.map((q, row) => q * (key[row] ?? 0)) }),
          bound: 9,
        };
        const first = firstKeys({ kind: 'gates', logGates }, facts, length, { epsilon, tile });
        const sizes = { batch: 1, heads: 1, queries: length, channels: 1, valueChannels: 1 };
        const problem: AttentionProblem = { ...sizes, query, key, value: key, logGates };
        for (const [row, start] of first.entries()) {
          const weights = attendRow(problem, 0, 0, row).weights.subarray(0, start);
          expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeLessThanOrEqual(epsilon);
          expect(start % tile).toBe(0);
          leftOut += start;
        }
      },
    ),
    { seed: 3 },
  );
  expect(leftOut).toBeGreaterThan(100);
});

test('open gates keep all keys, and shut ones none before', () => {
  expect([...byGates([0, 0, 0, 0], 0.1)]).toEqual([0, 0, 0, 0]);
  expect([...byGates([-2000, -2000, -2000], 0.1)]).toEqual([0, 1, 2]);
  expect([...byGates([0, -1, Number.NEGATIVE_INFINITY, 0, -1], 0.1)]).toEqual([0, 0, 2, 2, 2]);
});

test('a bound from the weights is used where it is the smaller one', () => {
  const norms = Array(9).fill(10);
  const at = (bound?: number) => {
    const decay: HeadDecay = { kind: 'slopes', slope: 2 };
    const facts = { queries: norms, keys: norms, ...(bound !== undefined && { bound }) };
    return firstKeys(decay, facts, 9, { epsilon: 0.5, tile: 1 }).at(-1);
  };
  expect(at()).toBe(0);
  // exp(2 − 2 d) summed from some distance on is at most 0.5 from a distance of 2 on: 0.135 and less.
  expect(at(1)).toBe(7);
});

test('a slope gives all rows the same distance, once they are as far', () => {
  const first = firstKeys({ kind: 'slopes', slope: 1 }, noScores(12), 12, { epsilon: 0.03, tile: 1 });
  // e⁻⁴ + e⁻⁵ + … = 0.029
  expect([...first].map((start, row) => row - start).slice(8)).toEqual([3, 3, 3, 3]);
  const none = firstKeys({ kind: 'slopes', slope: 0 }, noScores(3), 3, { epsilon: 0.03, tile: 1 });
  expect([...none]).toEqual([0, 0, 0]);
});

test('a relative bias counts from the farthest distance that still matters, against that of the own key', () => {
  const table = [2, 1, -90, 0, -90, -90];
  const first = (epsilon: number) => [
    ...firstKeys({ kind: 'relative', table }, noScores(6), 6, { epsilon, tile: 1 }),
  ];
  expect(first(1e-3)).toEqual([0, 0, 0, 0, 1, 2]);
  expect(first(0.14)).toEqual([0, 0, 1, 1, 2, 3]);
});

test('numbers that are none keep everything', () => {
  const [length, nan] = [4, [0, Number.NaN, -90, -90]];
  expect([
    ...firstKeys({ kind: 'gates', logGates: nan }, noScores(length), length, { epsilon: 0.1, tile: 1 }),
  ]).toEqual([0, 0, 0, 0]);
});
