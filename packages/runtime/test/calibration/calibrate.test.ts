import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Dataset, type Feeds, hostTensor } from '@sentei/data';
import { readModel, type Tap, writeModel } from '@sentei/ir';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { type CalibrateOptions, calibrate, rangeOf } from '../../src/calibration/calibrate.ts';
import {
  mergeStatistics,
  missingBlocks,
  type Statistics,
  summarizeStatistics,
} from '../../src/calibration/statistics.ts';
import { encodeStatistics } from '../../src/calibration/statistics-file.ts';
import { datasetOf, manyExamples, tappableModel } from '../support/calibration.ts';
import { modelFile } from '../support/model-file.ts';

const model = tappableModel();
const data = datasetOf(manyExamples(23));
const TAPS: readonly Tap[] = [
  { value: 'h', moments: 'feature', gram: true, cross: ['x'], reservoir: { rows: 5, seed: 1 } },
  { value: 'y', moments: 'value', quantiles: { bits: 4 }, histogram: { minimum: 0, maximum: 2, bins: 4 } },
];

const run = (options: CalibrateOptions = {}, taps = TAPS): Promise<Statistics> =>
  calibrate(model, taps, data, { batch: 2, ...options });

let whole: Statistics;
beforeAll(async () => {
  whole = await run();
});

test('statistics are those of the values that the model computes', () => {
  const { examples, taps } = summarizeStatistics(whole);
  const numbers = manyExamples(23)
    .flat()
    .map((number) => 2 * number);
  const columns = [0, 1, 2, 3].map((column) => numbers.filter((_, index) => index % 4 === column));
  const [h, y] = taps;
  expect([examples, h?.rows, y?.rows, h?.features]).toEqual([23, numbers.length / 4, numbers.length / 4, 4]);
  for (const [index, column] of columns.entries()) {
    expect(h?.moments?.mean[index]).toBeCloseTo(
      column.reduce((sum, each) => sum + each, 0) / column.length,
      14,
    );
    const square = column.reduce((sum, each) => sum + each * each, 0);
    expect(h?.gram?.sums[5 * index]).toBeCloseTo(square, 12);
    expect(h?.cross?.[0]?.sums[5 * index]).toBeCloseTo(square / 2, 12);
    expect(h?.moments?.maximum[index]).toBe(Math.max(...column));
  }
  expect(y?.moments?.minimum[0]).toBe(0);
  expect(h?.reservoir?.rows).toBe(5);
});

test('shards merge to the bits of one run, and together cover the data', async () => {
  const shards = await Promise.all([3, 1, 2].map((index) => run({ shard: { index, count: 3 } })));
  const merged = mergeStatistics(shards.map((shard, index) => [shard, `shard ${index}`]));
  expect(missingBlocks(merged)).toEqual([]);
  expect(encodeStatistics(merged)).toEqual(encodeStatistics(whole));
});

test('law: the blocks of all shards are all blocks, each once', () => {
  fc.assert(
    fc.property(fc.nat(50), fc.integer({ min: 1, max: 60 }), (blocks, count) => {
      const ranges = Array.from({ length: count }, (_, index) =>
        rangeOf({ index: index + 1, count }, blocks),
      );
      expect(ranges[0]?.[0]).toBe(0);
      expect(ranges.at(-1)?.[1]).toBe(blocks);
      for (const [index, [from]] of ranges.slice(1).entries()) expect(from).toBe(ranges[index]?.[1]);
    }),
  );
});

test('a new process takes over after some batches, without a difference', async () => {
  expect(encodeStatistics(await run({ batchesPerProcess: 12 }))).toEqual(encodeStatistics(whole));
});

test('an interrupted run goes on where it was saved, and ends with the same bits', async () => {
  const cache = join(dirname(await modelFile(new Uint8Array())), 'cache');
  const controller = new AbortController();
  const interrupted = run({
    cache,
    saveEveryMs: 0,
    signal: controller.signal,
    onProgress: ({ done }) => {
      if (done >= 10) controller.abort();
    },
  });
  await expect(interrupted).rejects.toMatchObject({ code: 'cancelled' });
  expect(await readdir(cache)).toHaveLength(1);
  const steps: number[] = [];
  const resumed = await run({ cache, onProgress: ({ done }) => steps.push(done) });
  expect(steps[0]).toBeGreaterThan(0);
  expect(encodeStatistics(resumed)).toEqual(encodeStatistics(whole));
  const read: number[] = [];
  const again = await run({ cache, onProgress: ({ done }) => read.push(done) });
  expect(read).toEqual([23]);
  expect(encodeStatistics(again)).toEqual(encodeStatistics(whole));
  // Files appear whole: nothing else is left beside the result.
  expect(await readdir(cache)).toHaveLength(1);
});

test('numbers that are not finite name value and example, or are counted', async () => {
  const rows = manyExamples(3);
  rows[1] = rows[1]?.map((number, index) => (index === 5 ? Number.NaN : number)) ?? [];
  const broken = datasetOf(rows);
  await expect(calibrate(model, TAPS, broken, { batch: 2, subject: 'm.onnx' })).rejects.toMatchObject({
    code: 'invalid-data',
    subject: 'h',
    message: "m.onnx: value 'h' holds NaN at tiny row 2",
  });
  const skipped = await calibrate(model, TAPS, broken, { nonFinite: 'skip' });
  expect(skipped.sums.results().map(({ skipped: count }) => count)).toEqual([1, 1]);
});

const ints = hostTensor('int64', [1, 4], new BigInt64Array(4));

test.each([
  ['an input that is not there', { x: hostTensor('float32', [1, 4], new Float32Array(4)), y: ints }],
  ['another type', { x: ints }],
])('data that do not fit are named with the example: %s', async (_, feeds: Feeds) => {
  const other: Dataset = {
    ...data,
    async *read(from, to) {
      for await (const example of data.read(from, to)) yield { ...example, inputs: [feeds] };
    },
  };
  await expect(calibrate(model, TAPS, other)).rejects.toMatchObject({
    code: 'invalid-data',
    message: expect.stringContaining('tiny row'),
  });
});

test('empty data are refused', async () => {
  await expect(calibrate(model, TAPS, datasetOf([]))).rejects.toMatchObject({ code: 'invalid-data' });
});

test('external data stays where it is', async () => {
  const path = await modelFile(new Uint8Array());
  await writeModel(model, path, { externalData: { threshold: 1 } });
  const external = await readModel(path);
  const taps: readonly Tap[] = [{ value: 'z', moments: 'value' }];
  const [inline, outside] = await Promise.all([
    calibrate(model, taps, data),
    calibrate(external, taps, data),
  ]);
  expect(outside.sums.encode()).toEqual(inline.sums.encode());
  expect(await readdir(dirname(path))).toHaveLength(2);
});
