import { expect, test } from 'vitest';
import { seededRandom } from '../src/random.ts';

test('the first numbers of seed 1 are those of the published algorithm', () => {
  const random = seededRandom(1);
  const first = [random.uniform(), random.uniform(), random.uniform()];
  expect(first).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522]);
});

test('integers stay below their limit and reach every value', () => {
  const random = seededRandom(3);
  const seen = new Set(Array.from({ length: 200 }, () => random.below(5)));
  expect([...seen].sort()).toEqual([0, 1, 2, 3, 4]);
});

test('normal numbers have mean 0 and variance 1', () => {
  const random = seededRandom(11);
  const samples = Array.from({ length: 20_000 }, random.normal);
  const mean = samples.reduce((sum, x) => sum + x, 0) / samples.length;
  const variance = samples.reduce((sum, x) => sum + (x - mean) ** 2, 0) / samples.length;
  expect(Math.abs(mean)).toBeLessThan(0.03);
  expect(Math.abs(variance - 1)).toBeLessThan(0.05);
});
