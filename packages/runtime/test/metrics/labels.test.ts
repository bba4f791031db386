import { hostTensor } from '@sentei/data';
import { expect, test } from 'vitest';
import { decisionsOf, misfit, numberLabel, numberLabels, onlyOutput } from '../../src/metrics/labels.ts';
import { example } from '../support/list-dataset.ts';

const refused = expect.objectContaining({ code: 'invalid-data', subject: 'row' });
const y = (dims: readonly number[]) =>
  hostTensor('float32', dims, new Float32Array(dims.reduce((a, b) => a * b, 1)));

test('a label is a number, a list or a tensor', () => {
  expect(numberLabel(example({}, 3))).toBe(3);
  expect(numberLabel(example({}, hostTensor('int64', [], BigInt64Array.of(2n))))).toBe(2);
  expect(numberLabels(example({}, [1, 2]))).toEqual([1, 2]);
  expect(numberLabels(example({}, 1))).toEqual([1]);
  for (const label of [undefined, 'cat', [1, 2], Number.NaN]) {
    expect(() => numberLabel(example({}, label))).toThrow(refused);
  }
  expect(() => numberLabels(example({}, 'cat'))).toThrow(refused);
  expect(misfit(example({}), 'is odd').message).toBe('row: is odd');
});

test('there is one decision for a class, and one for each position of a list but those without a class', () => {
  expect(decisionsOf(example({}, 1), [{ y: y([3]) }], 'y')).toMatchObject([
    { start: 0, classes: 3, target: 1 },
  ]);
  expect(decisionsOf(example({}, [2, -100, 0]), [{ y: y([3, 3]) }], 'y')).toMatchObject([
    { start: 0, target: 2 },
    { start: 6, target: 0 },
  ]);
});

test('labels and outputs that do not fit are named', () => {
  expect(() => decisionsOf(example({}, 3), [{ y: y([3]) }], 'y')).toThrow(refused);
  expect(() => decisionsOf(example({}, 0.5), [{ y: y([3]) }], 'y')).toThrow(refused);
  expect(() => decisionsOf(example({}, [0]), [{ y: y([2, 3]) }], 'y')).toThrow(refused);
  expect(() => decisionsOf(example({}, 0), [{ y: y([1]) }], 'y')).toThrow(refused);
  expect(() => onlyOutput(example({}, 0), [{ y: y([1]) }], 'z')).toThrow(refused);
  expect(() => onlyOutput(example({}, 0), [{}, {}], 'z')).toThrow(refused);
});
