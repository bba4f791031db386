import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteReader, ByteWriter } from '../../src/calibration/bytes.ts';
import { GramSums } from '../../src/calibration/gram.ts';
import type { RowBlock } from '../../src/calibration/types.ts';
import { blockOf, blocks, bothWays, sharded } from '../support/statistics.ts';

const bytesOf = (gram: GramSums): Uint8Array => {
  const writer = new ByteWriter();
  gram.write(writer);
  return writer.finish();
};

function plainProduct(x: RowBlock, y: RowBlock): number[] {
  const product: number[] = [];
  for (let i = 0; i < x.features; i += 1) {
    for (let j = 0; j < y.features; j += 1) {
      let sum = 0;
      for (let row = 0; row < x.rows; row += 1)
        sum += (x.elements[row * x.features + i] ?? 0) * (y.elements[row * y.features + j] ?? 0);
      product.push(sum);
    }
  }
  return product;
}

test('XᵀX is whole and symmetric', () => {
  const gram = new GramSums(2);
  gram.add(blockOf(2, 1, 2, 3, 4));
  gram.add(blockOf(2, 5, 6));
  expect(gram.result()).toEqual({ rows: 3, shape: [2, 2], sums: Float64Array.of(35, 44, 44, 56) });
});

test('XᵀY has a row for each feature of X', () => {
  const gram = new GramSums(1, 3);
  gram.add(blockOf(1, 2, 3), blockOf(3, 1, 0, 5, 0, 1, 5));
  expect(gram.result()).toEqual({ rows: 2, shape: [1, 3], sums: Float64Array.of(2, 3, 25) });
});

test('any number of rows is summed as row by row', () => {
  const small = fc.integer({ min: -1000, max: 1000 });
  fc.assert(
    fc.property(fc.array(fc.tuple(small, small, small), { maxLength: 13 }), (rows) => {
      const x = blockOf(3, ...rows.flat());
      const gram = new GramSums(3);
      gram.add(x);
      const cross = new GramSums(3, 3);
      cross.add(x, x);
      // -0 and 0 are the same sum.
      const wanted = plainProduct(x, x).map((sum) => sum + 0);
      expect([...gram.result().sums].map((sum) => sum + 0)).toEqual(wanted);
      expect([...cross.result().sums].map((sum) => sum + 0)).toEqual(wanted);
    }),
  );
});

test('law: any division into shards gives the same bits', () => {
  fc.assert(
    fc.property(sharded(3), (division) => {
      const [one, merged] = bothWays(
        division,
        () => new GramSums(3),
        (into, block) => into.add(block),
      );
      expect(bytesOf(merged)).toEqual(bytesOf(one));
    }),
  );
});

test('reading gives back what was written', () => {
  fc.assert(
    fc.property(blocks(2), (all) => {
      const gram = new GramSums(2, 2);
      for (const block of all) gram.add(block, block);
      expect(bytesOf(GramSums.read(new ByteReader(bytesOf(gram), 'x'), 2, 2))).toEqual(bytesOf(gram));
    }),
  );
});
