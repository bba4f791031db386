import { expect, test } from 'vitest';
import { feedsOf, type GatedSizes, gatedAttention, problemOf } from './gated-attention.ts';
import { type AttentionProblem, attend, attendRow, logSigmoid } from './reference-attention.ts';
import { runModel } from './run-model.ts';

const TWO_KEYS: AttentionProblem = {
  batch: 1,
  heads: 1,
  queries: 2,
  channels: 1,
  valueChannels: 1,
  query: [0, 0],
  key: [0, 0],
  value: [10, 20],
};

test('the reference agrees with the same attention in ONNX', async () => {
  const sizes: GatedSizes = { heads: 3, channels: 4, valueChannels: 2, gain: 1.2 };
  const [batch, length] = [2, 9];
  const rows = batch * 3 * length;
  const wave = (count: number, step: number) =>
    Float32Array.from({ length: count }, (_, i) => Math.sin(i * step));
  const feeds = {
    batch,
    length,
    query: wave(rows * 4, 1.1),
    key: wave(rows * 4, 2.3),
    values: wave(rows * 2, 0.7),
    logits: wave(rows, 3.1),
  };
  const [actual, { output }] = [
    await runModel(gatedAttention(sizes), feedsOf(sizes, feeds)),
    attend(problemOf(sizes, feeds)),
  ];
  expect(actual).toHaveLength(output.length);
  for (const [index, value] of output.entries()) expect(actual[index]).toBeCloseTo(value, 5);
});

test('gates weigh the past down, a shut one forgets it, and no size of their sum costs accuracy', () => {
  const weigh = (...logGates: number[]) => [...attendRow({ ...TWO_KEYS, logGates }, 0, 0, 1).weights];
  expect(weigh(0, 0)).toEqual([0.5, 0.5]);
  expect(weigh(-3, Math.log(0.5))[0]).toBeCloseTo(1 / 3, 12);
  expect(weigh(0, Number.NEGATIVE_INFINITY)).toEqual([0, 1]);
  expect(weigh(Number.NEGATIVE_INFINITY, Math.log(0.5))[0]).toBeCloseTo(1 / 3, 12);
  expect(weigh(-1e12, Math.log(0.5))[0]).toBeCloseTo(1 / 3, 12);
});

test('keys may come before the queries, be masked, be shared by heads, and weighed by distance', () => {
  const last = { ...TWO_KEYS, queries: 1, keys: 2 };
  expect([...attend(last).output]).toEqual([15]);
  expect([...attend({ ...last, allowed: [0, 1] }).output]).toEqual([20]);
  expect([...attend({ ...last, allowed: [0, 0] }).output]).toEqual([0]);
  expect([...attend({ ...TWO_KEYS, heads: 2, keyHeads: 1, query: [0, 0, 0, 0] }).output]).toEqual([
    10, 15, 10, 15,
  ]);
  const bias = (_: number, distance: number) => -distance * Math.log(4);
  expect(attend({ ...last, bias }).weights[0]).toBeCloseTo(0.2, 12);
});

test('log sigmoid keeps its digits at both ends', () => {
  expect(logSigmoid(0)).toBeCloseTo(-Math.LN2, 15);
  expect(logSigmoid(-2000)).toBe(-2000);
  expect(logSigmoid(50)).toBeCloseTo(-Math.exp(-50), 30);
});
