import { hostTensor } from '@sentei/data';
import { expect, test } from 'vitest';
import { accuracy } from '../../src/metrics/accuracy.ts';
import { example } from '../support/list-dataset.ts';

const scored = (...values: number[]) => [
  { y: hostTensor('float32', [values.length], Float32Array.from(values)) },
];

test('the right class has to be among the largest', () => {
  const [one, two] = [accuracy({ output: 'y' }), accuracy({ output: 'y', top: 2 })];
  expect([one.name, two.name]).toEqual(['top-1 accuracy', 'top-2 accuracy']);
  expect(one.score(example({}, 2), scored(0, 1, 3))).toEqual([1, 1]);
  expect(one.score(example({}, 1), scored(0, 1, 3))).toEqual([0, 1]);
  expect(two.score(example({}, 1), scored(0, 1, 3))).toEqual([1, 1]);
  expect(two.score(example({}, 0), scored(0, 1, 3))).toEqual([0, 1]);
  expect(
    one.reduce([
      [1, 1],
      [0, 1],
      [2, 2],
    ]),
  ).toBe(0.75);
});

test('of equal outputs the class with the lower number comes first', () => {
  const metric = accuracy({ output: 'y' });
  expect(metric.score(example({}, 0), scored(1, 1))).toEqual([1, 1]);
  expect(metric.score(example({}, 1), scored(1, 1))).toEqual([0, 1]);
});

test('each position counts, but those without a class', () => {
  const y = hostTensor('float32', [3, 2], Float32Array.of(1, 0, 1, 0, 0, 1));
  expect(accuracy({ output: 'y' }).score(example({}, [0, -100, 0]), [{ y }])).toEqual([1, 2]);
});

test('as many classes as count as right are refused, since all are right', () => {
  const five = accuracy({ output: 'y', top: 5 });
  const refusal = expect.objectContaining({
    code: 'invalid-data',
    message: expect.stringContaining('the right one of 4 classes is always among the first 5'),
  });
  expect(() => five.score(example({}, 0), scored(0, 1, 2, 3))).toThrow(refusal);
  expect(five.score(example({}, 0), scored(0, 1, 2, 3, 4, 5))).toEqual([0, 1]);
});
