import { parseOptions } from '@sentei/ir';
import { expect, test } from 'vitest';
import { ByteReader, ByteWriter } from '../../src/calibration/bytes.ts';
import { plannedTap } from '../../src/calibration/plan.ts';
import { TapAccumulator } from '../../src/calibration/tap-accumulator.ts';
import { blockOf, originsOf } from '../support/statistics.ts';

const tapOf = (fields: object) => parseOptions(plannedTap, { value: 'h', ...fields });
const rowsOf = (features: number, ...numbers: number[]) => {
  const own = blockOf(features, ...numbers);
  return { own, others: [], origins: originsOf(own, 0), skipped: 1 };
};

test('the number of features may change only where no figure is kept for each', () => {
  const byFeature = new TapAccumulator(tapOf({ gram: true }));
  byFeature.add(rowsOf(2, 1, 2));
  expect(() => byFeature.add(rowsOf(1, 1))).toThrow('has 1 features in one batch and 2 in another');
  const pooled = new TapAccumulator(tapOf({ moments: 'value' }));
  pooled.add(rowsOf(2, 1, 2));
  pooled.add(rowsOf(1, 6));
  expect(pooled.result()).toMatchObject({
    rows: 2,
    skipped: 2,
    features: 0,
    moments: { count: 3, mean: Float64Array.of(3) },
  });
});

test('a matrix that would take gigabytes is refused before it is made', () => {
  const wide = new TapAccumulator(tapOf({ gram: true }));
  expect(() => wide.add(rowsOf(10_000))).toThrow(
    expect.objectContaining({ fault: expect.objectContaining({ code: 'invalid-option' }) }),
  );
});

test('a tap that no batch has reached merges with one that has', () => {
  const tap = tapOf({ moments: 'feature' });
  const [empty, other] = [new TapAccumulator(tap), new TapAccumulator(tap)];
  expect(empty.result()).toEqual({ value: 'h', rows: 0, skipped: 0, features: 0 });
  other.add(rowsOf(1, 3));
  other.merge(empty);
  empty.merge(other);
  expect(empty.result()).toEqual(other.result());
});

test('a file that tells of a huge matrix is refused before memory is taken', () => {
  const writer = new ByteWriter();
  for (const number of [0, 0, 1, 2 ** 31]) writer.number(number);
  expect(() => TapAccumulator.read(new ByteReader(writer.finish(), 'x'), tapOf({ gram: true }))).toThrow(
    'too large',
  );
});
