import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteReader, ByteWriter } from '../../src/calibration/bytes.ts';
import { Reservoir } from '../../src/calibration/reservoir.ts';
import { blockOf, bothWays, originsOf, sharded } from '../support/statistics.ts';

const bytesOf = (reservoir: Reservoir): Uint8Array => {
  const writer = new ByteWriter();
  reservoir.write(writer);
  return writer.finish();
};

/** As many rows of one feature, each the number of its example. */
function filled(capacity: number, seed: number, count: number, sign = 1): Reservoir {
  const reservoir = new Reservoir(capacity, seed, 1);
  for (let example = 0; example < count; example += 1) {
    const block = blockOf(1, sign * example);
    reservoir.add(block, originsOf(block, example));
  }
  return reservoir;
}

test('while there is room every row is kept, in the order of the data', () => {
  expect(filled(5, 1, 3).result()).toEqual({
    rows: 3,
    features: 1,
    examples: Float64Array.of(0, 1, 2),
    parts: new Float64Array(3),
    positions: new Float64Array(3),
    elements: Float64Array.of(0, 1, 2),
  });
});

test('equal seeds draw equal places from different values, other seeds other places', () => {
  const drawn = filled(10, 7, 500).result();
  expect(filled(10, 7, 500, -1).result().examples).toEqual(drawn.examples);
  expect(drawn.elements).toEqual(drawn.examples);
  expect(filled(10, 8, 500).result().examples).not.toEqual(drawn.examples);
});

test('no part of the data is preferred', () => {
  const counts = [0, 0, 0, 0];
  for (let seed = 0; seed < 200; seed += 1) {
    for (const example of filled(10, seed, 400).result().examples) {
      const quarter = Math.floor(example / 100);
      counts[quarter] = (counts[quarter] ?? 0) + 1;
    }
  }
  // 500 each; the standard deviation is below 20, and seeds are fixed.
  for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(80);
});

test('law: any division into shards draws the same rows', () => {
  fc.assert(
    fc.property(sharded(2), (division) => {
      const [one, merged] = bothWays(
        division,
        () => new Reservoir(4, 3, 2),
        (into, block, index) => into.add(block, originsOf(block, index)),
      );
      expect(bytesOf(merged)).toEqual(bytesOf(one));
    }),
  );
});

test('reading gives back what was written, and refuses more rows than it may hold', () => {
  const bytes = bytesOf(filled(4, 1, 9));
  expect(bytesOf(Reservoir.read(new ByteReader(bytes, 'x'), 4, 1, 1))).toEqual(bytes);
  expect(() => Reservoir.read(new ByteReader(bytes, 'x'), 3, 1, 1)).toThrow('up to 3');
});
