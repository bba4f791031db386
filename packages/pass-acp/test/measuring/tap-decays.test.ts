import { inferTypes, verify } from '@sentei/ir';
import { expect, test } from 'vitest';
import {
  type ForgettingOptions,
  forgettingModel,
} from '../../../anatomy/test/support/forgetting-attention.ts';
import { ReachCounter } from '../../src/measuring/reach-counter.ts';
import { tapDecays } from '../../src/measuring/tap-decays.ts';
import { feedsOf, type GatedSizes, gatedAttention, problemOf } from '../support/gated-attention.ts';
import { attendRow, logSigmoid } from '../support/reference-attention.ts';
import { runModel } from '../support/run-model.ts';
import { runOutputs } from '../support/run-outputs.ts';

test('a model becomes one that returns its log gates, head by head, and what scores are bound by, and nothing else', async () => {
  const model = forgettingModel({ heads: 3, channels: 4, gateBias: -1 });
  const { taps, others } = tapDecays(model);
  expect(others).toEqual([]);
  const [tap] = taps;
  expect(taps).toMatchObject([
    { attention: 0, kind: 'gates', heads: 3, scale: 0.5, scoreBound: expect.any(Number) },
  ]);
  expect(verify(model)).toEqual([]);
  expect(inferTypes(model).conflicts).toEqual([]);
  const { query = '', key = '' } = tap?.squaredNorms ?? {};
  const names = [tap?.logGates, query, key, tap?.own];
  expect(model.graph.outputs.map(({ name }) => name)).toEqual(names);
  expect([...model.graph.nodes()].some((node) => node.is('Softmax'))).toBe(false);
  const zeros = { data: new Float32Array(2 * 7 * 12), dims: [2, 7, 12] };
  const gates = await runModel(model, { x: zeros });
  expect(gates).toHaveLength(2 * 3 * 7);
  for (const [index, gate] of gates.entries())
    expect(gate).toBeCloseTo(logSigmoid(-1 + 2 * (Math.floor(index / 7) % 3)), 5);
  const x = {
    data: Float32Array.from({ length: 2 * 7 * 12 }, (_, index) => Math.sin(index)),
    dims: [2, 7, 12],
  };
  const outputs = await runOutputs(model, { x });
  for (const [index, own] of (outputs[tap?.own ?? '']?.data ?? []).entries()) {
    const [q = 0, k = 0] = [query, key].map((name) => Math.sqrt(outputs[name]?.data[index] ?? 0));
    expect(Math.abs(own)).toBeLessThanOrEqual(q * k * (1 + 1e-5));
    expect(0.5 * q * k).toBeLessThanOrEqual(tap?.scoreBound ?? 0);
  }
});

test('what is counted agrees with attention itself: what lies beyond the reach weighs less than epsilon', async () => {
  const sizes: GatedSizes = { heads: 2, channels: 8, valueChannels: 1, gain: 1 };
  const length = 64;
  const wave = (count: number, step: number) =>
    Float32Array.from({ length: count }, (_, i) => Math.sin(i * step));
  const rows = 2 * length;
  const feeds = {
    batch: 1,
    length,
    query: wave(rows * 8, 1.3),
    key: wave(rows * 8, 0.4),
    values: wave(rows, 0.2),
    logits: wave(rows, 0.7).map((x, index) => x + (index < length ? -2 : 1)),
  };
  const model = gatedAttention(sizes);
  const { taps } = tapDecays(model);
  const outputs = await runOutputs(model, feedsOf(sizes, feeds));
  const counter = new ReachCounter(taps, { epsilon: 1e-3, lengths: [length], grid: { rows: 4, keys: 4 } });
  counter.add(outputs);
  const problem = problemOf(sizes, feeds);
  for (const { head, span, halfLife } of counter.result()) {
    const { weights } = attendRow(problem, 0, head, length - 1);
    const beyond = weights.subarray(0, length - 1 - span.most).reduce((sum, weight) => sum + weight, 0);
    expect(beyond).toBeLessThan(1e-3);
    expect(span.most).toBeLessThan(length - 1);
    expect(halfLife).toBeGreaterThan(0);
  }
});

test('biases of distances are told too', async () => {
  const base = { heads: 2, channels: 8, valueChannels: 8, gain: 1 };
  const zeros = (...dims: number[]) => ({ data: new Float32Array(dims.reduce((a, c) => a * c)), dims });
  const operand = zeros(1, 2, 64, 8);
  const feeds = { query: operand, key: operand, values: operand, logits: zeros(1, 2, 64) };
  const spans = async (bias: Pick<GatedSizes, 'slopes' | 'table'>) => {
    const model = gatedAttention({ ...base, ...bias });
    const { taps, others } = tapDecays(model);
    expect(others).toEqual([]);
    expect(verify(model)).toEqual([]);
    const counter = new ReachCounter(taps, { epsilon: 1e-3, lengths: [64], grid: { rows: 8, keys: 1 } });
    counter.add(await runOutputs(model, feeds));
    return counter.result().map(({ span, halfLife }) => [span.most, halfLife]);
  };
  const found = await spans({ slopes: [0.5, 2] });
  const table = [0.5, 2].map((fall) => Array.from({ length: 40 }, (_, distance) => -fall * distance));
  expect(found).toEqual(await spans({ table }));
  // exp(−d / 2) / (1 − exp(−1 / 2)) is at most 0.001 from 16 on, and exp(−2 d) / (1 − exp(−2)) from 4 on.
  expect(found).toEqual([
    [15, null],
    [3, null],
  ]);
});

test.each([
  [{ mask: 'none' }, /no causal mask/],
  [{ gate: 'unbounded' }, /forget bias/],
] satisfies [ForgettingOptions, RegExp][])('a model with %o keeps its outputs', (options, reason) => {
  const model = forgettingModel(options);
  const { taps, others } = tapDecays(model);
  expect(taps).toEqual([]);
  expect(others).toEqual([{ attention: 0, reason: expect.stringMatching(reason) }]);
  expect(model.graph.outputs.map(({ name }) => name)).toEqual(['y']);
});

test('opsets without the operators it needs are refused', () => {
  const model = forgettingModel();
  model.opsetImports.set('', 12);
  expect(tapDecays(model).others[0]?.reason).toMatch(/opset 12/);
});
