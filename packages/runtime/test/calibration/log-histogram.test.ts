import { quantileOf } from '@sentei/ir';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteReader, ByteWriter } from '../../src/calibration/bytes.ts';
import { LogHistogram } from '../../src/calibration/log-histogram.ts';
import { blockOf, bothWays, float32, sharded } from '../support/statistics.ts';

const bytesOf = (histogram: LogHistogram): Uint8Array => {
  const writer = new ByteWriter();
  histogram.write(writer);
  return writer.finish();
};

test('with 0 bits it counts between powers of two', () => {
  const histogram = new LogHistogram(0);
  histogram.add(blockOf(1, 1, 1.99, 2, -3, 0, -0, 0.25));
  expect(histogram.result()).toEqual({
    count: 7,
    minimum: -3,
    maximum: 2,
    relativeError: 0.5,
    lower: Float64Array.of(-4, 0, 0.25, 1, 2),
    upper: Float64Array.of(-2, 0, 0.5, 2, 4),
    counts: Float64Array.of(1, 2, 1, 2, 1),
  });
});

test('law: a quantile is within the relative error of the element of that rank', () => {
  fc.assert(
    fc.property(
      fc.array(float32, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 0, max: 12 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (numbers, bits, share) => {
        const histogram = new LogHistogram(bits);
        histogram.add(blockOf(1, ...numbers));
        const sketch = histogram.result();
        const sorted = Float64Array.from(numbers).sort();
        const wanted = sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
        expect(Math.abs(quantileOf(sketch, share) - wanted)).toBeLessThanOrEqual(
          sketch.relativeError * Math.abs(wanted) * (1 + 1e-12),
        );
        expect(sketch.count).toBe(numbers.length);
      },
    ),
  );
});

test('law: any division into shards gives the same bits', () => {
  fc.assert(
    fc.property(sharded(2), (division) => {
      const [one, merged] = bothWays(
        division,
        () => new LogHistogram(2),
        (into, block) => into.add(block),
      );
      expect(bytesOf(merged)).toEqual(bytesOf(one));
    }),
  );
});

test('reading gives back what was written, and refuses more pages than there are exponents', () => {
  const histogram = new LogHistogram(3);
  histogram.add(blockOf(1, 1, -8, 0, 1e-30));
  expect(bytesOf(LogHistogram.read(new ByteReader(bytesOf(histogram), 'x'), 3))).toEqual(bytesOf(histogram));
  const bytes = bytesOf(histogram);
  new Float64Array(bytes.buffer)[3] = 5000;
  expect(() => LogHistogram.read(new ByteReader(bytes, 'x'), 3)).toThrow('up to 4096');
});
