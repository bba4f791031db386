import { hostTensor } from '@sentei/data';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pool, spearman } from '../../src/metrics/spearman.ts';
import { example } from '../support/list-dataset.ts';

const tensor = (dims: readonly number[], ...values: number[]) =>
  hostTensor('float32', dims, Float32Array.from(values));
const refused = expect.objectContaining({ code: 'invalid-data' });
const pair = (label: number) => example([{}, {}], label);

test('two sets of inputs are compared by the cosine of their pooled outputs', () => {
  const metric = spearman({ output: 'h' });
  const [h, same, other] = [tensor([2, 2], 1, 0, 3, 0), tensor([2], 5, 0), tensor([1, 2], 0, 2)];
  expect(metric.score(pair(4), [{ h }, { h: same }])).toEqual([1, 4]);
  expect(metric.score(pair(1), [{ h }, { h: other }])).toEqual([0, 1]);
  expect(metric.score(pair(1), [{ h }, { h: tensor([2], 0, 0) }])).toEqual([0, 1]);
});

test('a single set of inputs gives the number itself', () => {
  const metric = spearman({ output: 'h' });
  expect(metric.score(example({}, 4), [{ h: tensor([1], 0.5) }])).toEqual([0.5, 4]);
  expect(() => metric.score(example({}, 4), [{ h: tensor([2], 0, 0) }])).toThrow(refused);
});

test('vectors are means over the mask, first rows, or there already', () => {
  const h = tensor([3, 2], 1, 2, 3, 4, 50, 60);
  const mask = hostTensor('int64', [3], BigInt64Array.of(1n, 1n, 0n));
  expect([...Array.from(pool(pair(1), h, 'mean', mask))]).toEqual([2, 3]);
  expect([...Array.from(pool(pair(1), h, 'mean', undefined))]).toEqual([18, 22]);
  expect([...Array.from(pool(pair(1), h, 'cls', mask))]).toEqual([1, 2]);
  expect([...Array.from(pool(pair(1), tensor([2], 7, 8), 'none', undefined))]).toEqual([7, 8]);
  expect(() => pool(pair(1), h, 'none', undefined)).toThrow(refused);
  expect(() => pool(pair(1), tensor([2, 2], 1, 2, 3, 4), 'mean', mask)).toThrow(/batches of 1|mask/);
  const masked = spearman({ output: 'h', mask: 'm' });
  const two = example([{ m: mask }, { m: mask }], 1);
  expect(masked.score(two, [{ h }, { h: tensor([3, 2], -3, 2, -3, 2, 0, 0) }])).toEqual([0, 1]);
});

test('ranks decide, and ties share theirs', () => {
  const { reduce } = spearman({ output: 'h' });
  expect(
    reduce([
      [1, 1],
      [2, 10],
      [3, 100],
    ]),
  ).toBeCloseTo(1, 14);
  // By scipy.stats.spearmanr([1, 2, 2, 3], [1, 3, 2, 4]).
  expect(
    reduce([
      [1, 1],
      [2, 3],
      [2, 2],
      [3, 4],
    ]),
  ).toBeCloseTo(0.9486832980505138, 12);
});

test('weighing a pair is writing it several times', () => {
  const { reduce, weigh } = spearman({ output: 'h' });
  const small = fc.integer({ min: 0, max: 6 });
  const draws = fc.array(fc.tuple(small, small, fc.nat(3)), { minLength: 2, maxLength: 15 });
  fc.assert(
    fc.property(draws, (triples) => {
      const scores = triples.map(([a, b]) => [a, b] as const);
      const written = triples.flatMap(([a, b, count]) =>
        Array.from({ length: count }, () => [a, b] as const),
      );
      const [weighed, expected] = [weigh?.(scores)(triples.map(([, , count]) => count)), reduce(written)];
      if (Number.isNaN(expected)) expect(weighed).toBeNaN();
      else expect(weighed).toBeCloseTo(expected, 9);
    }),
  );
});
