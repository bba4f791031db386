import { hostTensor } from '@sentei/data';
import { expect, test } from 'vitest';
import { Accumulator } from '../../src/calibration/accumulator.ts';
import { planOf } from '../support/calibration.ts';

const ITEMS = { examples: [0, 1], parts: [0, 0] };
const tensors = (...numbers: number[]) => ({ h: hostTensor('float32', [2, 2], Float32Array.from(numbers)) });

const plan = planOf(
  { value: 'h', moments: 'feature', gram: true, cross: ['h'], quantiles: { bits: 3 } },
  {
    value: 'h',
    moments: 'value',
    histogram: { minimum: 0, maximum: 8, bins: 2 },
    reservoir: { rows: 1, seed: 5 },
  },
);

test('each tap has what it asked for, and nothing else', () => {
  const sums = new Accumulator(plan);
  sums.add(tensors(1, 2, 3, 4), ITEMS);
  const [first, second] = sums.results();
  expect(first).toMatchObject({
    value: 'h',
    rows: 2,
    features: 2,
    moments: { count: 2, mean: Float64Array.of(2, 3) },
    gram: { sums: Float64Array.of(10, 14, 14, 20) },
    cross: [{ sums: Float64Array.of(10, 14, 14, 20) }],
    histogram: undefined,
    reservoir: undefined,
  });
  expect(second).toMatchObject({
    moments: { count: 4, mean: Float64Array.of(2.5) },
    histogram: { counts: Float64Array.of(3, 1) },
    reservoir: { rows: 1, features: 2 },
  });
});

test('what is encoded is decoded, and merges as the original does', () => {
  const [one, other] = [new Accumulator(plan), new Accumulator(plan)];
  one.add(tensors(1, 2, 3, 4), ITEMS);
  other.add(tensors(5, 6, 7, 8), { examples: [2, 3], parts: [0, 0] });
  const copy = Accumulator.decode(one.encode(), plan, 'x');
  expect(copy.encode()).toEqual(one.encode());
  copy.merge(other);
  one.merge(Accumulator.decode(other.encode(), plan, 'x'));
  expect(copy.encode()).toEqual(one.encode());
});

test('a fault in one tap leaves all as they were', () => {
  const twoTaps = planOf({ value: 'h', moments: 'value' }, { value: 'g', moments: 'value' });
  const sums = new Accumulator(twoTaps);
  const before = sums.encode();
  const bad = hostTensor('float32', [2, 1], Float32Array.of(1, Number.NaN));
  expect(() => sums.add({ ...tensors(1, 2, 3, 4), g: bad }, ITEMS)).toThrow('holds NaN');
  expect(sums.encode()).toEqual(before);
});

test.each([10, 40, 200])('bytes cut short at %i are refused', (length) => {
  const sums = new Accumulator(plan);
  sums.add(tensors(1, 2, 3, 4), ITEMS);
  expect(() => Accumulator.decode(sums.encode().subarray(0, length), plan, 'x')).toThrow('ends too early');
});
