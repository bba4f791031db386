import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteReader, ByteWriter } from '../../src/calibration/bytes.ts';
import { MomentSums } from '../../src/calibration/moments.ts';
import { blockOf, bothWays, sharded } from '../support/statistics.ts';

const bytesOf = (moments: MomentSums): Uint8Array => {
  const writer = new ByteWriter();
  moments.write(writer);
  return writer.finish();
};

test('figures of each feature are those of the textbook', () => {
  const moments = new MomentSums(2);
  moments.add(blockOf(2, 1, -5, 2, -5));
  moments.add(blockOf(2, 6, -5));
  expect(moments.result()).toEqual({
    count: 3,
    mean: Float64Array.of(3, -5),
    variance: Float64Array.of(14 / 3, 0),
    minimum: Float64Array.of(1, -5),
    maximum: Float64Array.of(6, -5),
  });
});

test('one column takes in all elements', () => {
  const moments = new MomentSums(1);
  moments.add(blockOf(2, 1, 2, 3, 6));
  expect(moments.result()).toMatchObject({
    count: 4,
    mean: Float64Array.of(3),
    variance: Float64Array.of(3.5),
  });
});

test('the variance does not suffer where the mean is a million times the deviation', () => {
  const moments = new MomentSums(1);
  for (let batch = 0; batch < 100; batch += 1) moments.add(blockOf(1, 2 ** 23, 2 ** 23 + 1));
  expect(moments.result().variance).toEqual(Float64Array.of(0.25));
});

test('law: any division into shards gives the same bits', () => {
  fc.assert(
    fc.property(sharded(3), (division) => {
      const [one, merged] = bothWays(
        division,
        () => new MomentSums(3),
        (into, block) => into.add(block),
      );
      expect(bytesOf(merged)).toEqual(bytesOf(one));
      expect(merged.result()).toEqual(one.result());
    }),
  );
});

test('nothing has no mean, and reading gives back what was written', () => {
  expect(new MomentSums(1).result()).toMatchObject({ count: 0, mean: Float64Array.of(Number.NaN) });
  const moments = new MomentSums(2);
  moments.add(blockOf(2, 1, 2, 3, 4));
  const read = MomentSums.read(new ByteReader(bytesOf(moments), 'x'), 2);
  expect(bytesOf(read)).toEqual(bytesOf(moments));
});
