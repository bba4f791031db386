import fc from 'fast-check';
import type { RowBlock, RowOrigins } from '../../src/calibration/types.ts';

/** Numbers as float32 values are: of very different sizes, zero among them. */
export const float32 = fc.oneof(
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.float({ noNaN: true, min: -2, max: 2 }),
  fc.constant(0),
);

/** Blocks of rows with the same number of features. */
export function blocks(features: number): fc.Arbitrary<RowBlock[]> {
  const block = fc
    .array(fc.array(float32, { minLength: features, maxLength: features }), { maxLength: 9 })
    .map((rows) => ({ rows: rows.length, features, elements: Float64Array.from(rows.flat()) }));
  return fc.array(block, { minLength: 1, maxLength: 8 });
}

/** Blocks divided into shards, in an order of their own. */
export function sharded(features: number): fc.Arbitrary<{ blocks: RowBlock[]; shardOf: number[] }> {
  return blocks(features).chain((all) =>
    fc
      .array(fc.nat(2), { minLength: all.length, maxLength: all.length })
      .map((shardOf) => ({ blocks: all, shardOf })),
  );
}

/** Rows of one block after another, each from an example of its own. */
export function originsOf(block: RowBlock, example: number): RowOrigins {
  return {
    examples: new Float64Array(block.rows).fill(example),
    parts: new Float64Array(block.rows),
    positions: Float64Array.from({ length: block.rows }, (_, row) => row),
  };
}

export function blockOf(features: number, ...numbers: number[]): RowBlock {
  return { rows: numbers.length / features, features, elements: Float64Array.from(numbers) };
}

interface Part<Self> {
  merge(other: Self): void;
  result(): unknown;
  write(writer: unknown): void;
}

/** One accumulator that saw everything, and one merged from shards in the order 2, 0, 1. */
export function bothWays<Self extends Part<Self>>(
  { blocks: all, shardOf }: { blocks: RowBlock[]; shardOf: number[] },
  create: () => Self,
  add: (into: Self, block: RowBlock, index: number) => void,
): [Self, Self] {
  const one = create();
  const shards = [create(), create(), create()];
  for (const [index, block] of all.entries()) {
    add(one, block, index);
    add(shards[shardOf[index] ?? 0] ?? one, block, index);
  }
  const merged = create();
  for (const index of [2, 0, 1]) {
    const shard = shards[index];
    if (shard) merged.merge(shard);
  }
  return [one, merged];
}
