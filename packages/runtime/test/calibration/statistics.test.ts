import { hostTensor } from '@sentei/data';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  blocksOf,
  emptyStatistics,
  examplesOf,
  hashIdentity,
  joinRanges,
  mergeStatistics,
  missingBlocks,
  type Range,
  type Statistics,
  summarizeStatistics,
} from '../../src/calibration/statistics.ts';
import { identityOf, planOf } from '../support/calibration.ts';

const plan = planOf({ value: 'h', moments: 'value' });
const LABELS = { model: 'm', data: 'd' };

/** Statistics of blocks, each of which adds its number. */
function statisticsOf(range: Range, identity = identityOf(plan)): Statistics {
  const statistics = emptyStatistics(identity, LABELS);
  for (let block = range[0]; block < range[1]; block += 1) {
    const h = hostTensor('float64', [1, 1], Float64Array.of(block));
    statistics.sums.add({ h }, { examples: [0], parts: [0] });
  }
  return { ...statistics, covered: joinRanges([range]) };
}

test('parts in any order are joined to what one run gives', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), (order) => {
      const ranges: Range[] = [
        [0, 2],
        [2, 2],
        [2, 3],
        [3, 5],
      ];
      const merged = mergeStatistics(order.map((index) => [statisticsOf(ranges[index] ?? [0, 0]), 'x']));
      const whole = statisticsOf([0, 5]);
      expect(merged.sums.encode()).toEqual(whole.sums.encode());
      expect(merged.covered).toEqual([[0, 5]]);
      expect(summarizeStatistics(merged)).toEqual(summarizeStatistics(whole));
    }),
  );
});

test('the same blocks twice are refused, with both names', () => {
  const parts = [
    [statisticsOf([0, 3]), 'a.stats'],
    [statisticsOf([2, 5]), 'b.stats'],
  ] as const;
  expect(() => mergeStatistics(parts)).toThrow(
    expect.objectContaining({ code: 'invalid-data', message: 'b.stats has blocks that a.stats has too' }),
  );
});

test.each([
  ['models', { model: 'b'.repeat(64) }],
  ['data', { data: { fingerprint: 'g', examples: 10 } }],
  ['batch sizes', { batch: 3 }],
  ['settings of ONNX Runtime', { settings: { ...identityOf(plan).settings, threads: 2 } }],
  ['versions', { versions: { onnxruntime: '2', statistics: 1 as const } }],
  ['taps', { plan: planOf({ value: 'h', moments: 'feature' }) }],
])('statistics of which the %s differ are refused', (what, part) => {
  const other = statisticsOf([2, 5], { ...identityOf(plan), ...part });
  expect(hashIdentity(other.identity)).not.toBe(hashIdentity(identityOf(plan)));
  expect(() =>
    mergeStatistics([
      [statisticsOf([0, 2]), 'a'],
      [other, 'b'],
    ]),
  ).toThrow(
    expect.objectContaining({
      code: 'invalid-data',
      message: expect.stringContaining(`their ${what} differ`),
    }),
  );
});

test('nothing cannot be merged', () => {
  expect(() => mergeStatistics([])).toThrow(expect.objectContaining({ code: 'invalid-data' }));
});

test('what is missing is told, and examples are counted to the end of the data', () => {
  const identity = identityOf(plan, 9, 2);
  expect(blocksOf(identity)).toBe(5);
  const part = { ...statisticsOf([0, 0], identity), covered: [[1, 2] as const, [4, 5] as const] };
  expect(missingBlocks(part)).toEqual([
    [0, 1],
    [2, 4],
  ]);
  expect(examplesOf(part)).toBe(3);
  expect(missingBlocks({ ...part, covered: [[0, 5]] })).toEqual([]);
});

test('ranges that touch become one', () => {
  expect(
    joinRanges([
      [4, 6],
      [0, 1],
      [3, 3],
      [1, 4],
    ]),
  ).toEqual([[0, 6]]);
  expect(joinRanges([])).toEqual([]);
});
