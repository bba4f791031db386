import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteReader, ByteWriter } from '../../src/calibration/bytes.ts';
import { FixedHistogram } from '../../src/calibration/fixed-histogram.ts';
import { blockOf, bothWays, sharded } from '../support/statistics.ts';

const range = { minimum: -1, maximum: 1, bins: 4 };

test('a bin holds its lower edge, and what is outside is counted apart', () => {
  const histogram = new FixedHistogram(range);
  histogram.add(blockOf(1, -2, -1, -0.6, -0.5, 0, 0.49, 0.999999999, 1, 7));
  expect(histogram.result()).toEqual({
    ...range,
    bins: undefined,
    counts: Float64Array.of(2, 1, 2, 1),
    below: 1,
    above: 2,
  });
});

test('the largest number below the upper end is in the last bin, however it is rounded', () => {
  const histogram = new FixedHistogram({ minimum: 0, maximum: 0.7, bins: 7 });
  histogram.add(blockOf(1, 0.7 - 2 ** -53));
  expect(histogram.result().counts[6]).toBe(1);
});

test('law: any division into shards gives the same counts', () => {
  fc.assert(
    fc.property(sharded(2), (division) => {
      const [one, merged] = bothWays(
        division,
        () => new FixedHistogram(range),
        (into, block) => into.add(block),
      );
      expect(merged.result()).toEqual(one.result());
    }),
  );
});

test('reading gives back what was written', () => {
  const histogram = new FixedHistogram(range);
  histogram.add(blockOf(1, 0, 0, 5));
  const writer = new ByteWriter();
  histogram.write(writer);
  const reader = new ByteReader(writer.finish(), 'x');
  expect(FixedHistogram.read(reader, range).result()).toEqual(histogram.result());
  reader.end();
});
