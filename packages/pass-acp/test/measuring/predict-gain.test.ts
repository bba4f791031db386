import { expect, test } from 'vitest';
import { forgettingModel } from '../../../anatomy/test/support/forgetting-attention.ts';
import { attentionWork, findHoldingHeads, predictGain } from '../../src/measuring/predict-gain.ts';
import type { HeadReach } from '../../src/measuring/reach-counter.ts';

function head(index: number, work: number, leastWork = 0.1): HeadReach {
  return {
    attention: 0,
    head: index,
    scoreBound: 1,
    halfLife: 1,
    span: { median: 1, most90: 1, most: 1 },
    kind: 'local',
    lengths: [{ length: 64, skipped: 0, work, leastWork }],
  };
}

const WORK = { total: 100, attentions: [80] };

test('the gain is that of the operations that are left', () => {
  const gain = predictGain([head(0, 0.25), head(1, 0.75)], WORK, 64);
  expect(gain).toEqual({ length: 64, attentionShare: 0.8, workLeft: 0.5, attention: 2, model: 100 / 60 });
  expect(predictGain([head(0, 1), head(1, 1)], WORK, 64)?.model).toBe(1);
  expect(predictGain([head(0, 1)], WORK, 32)).toBeUndefined();
});

test('heads that hold the gain back come largest first, up to most of what is left', () => {
  const heads = [head(0, 0.1), head(1, 0.5), head(2, 0.3), head(3, 0.1)];
  const holding = findHoldingHeads(heads, WORK, 64);
  expect(holding.map(({ head: index }) => index)).toEqual([1, 2]);
  // 20 operations in all; what is left is 20 of attention and 20 of the rest.
  expect(holding[0]?.share).toBeCloseTo(0.5, 12);
  expect(holding[0]?.modelWithout).toBeCloseTo(40 / 32, 12);
  expect(findHoldingHeads(heads, WORK, 64, { share: 1, most: 3 })).toHaveLength(3);
});

test('the work of attention is counted in the model: it grows with the square of the length', () => {
  const work = (length: number) => attentionWork(forgettingModel(), { x: { dims: [1, length, 16] } });
  const [short, long] = [work(64), work(256)];
  expect(long?.attentions[0]).toBeCloseTo(16 * (short?.attentions[0] ?? 0), 6);
  // Two products of 256 × 256 × 8 for each of two heads, and the softmax and the bias between them.
  expect(long?.attentions[0]).toBeGreaterThan(2 * 2 * 2 * 256 * 256 * 8);
  expect(long?.attentions[0]).toBeLessThan(long?.total ?? 0);
  expect(attentionWork(forgettingModel(), {})).toBeUndefined();
});
