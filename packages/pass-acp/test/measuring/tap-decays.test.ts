import { inferTypes, verify } from '@sentei/ir';
import { expect, test } from 'vitest';
import {
  type ForgettingOptions,
  forgettingModel,
} from '../../../anatomy/test/support/forgetting-attention.ts';
import { ReachCounter } from '../../src/measuring/reach-counter.ts';
import { tapDecays } from '../../src/measuring/tap-decays.ts';
import { gatedAttention } from '../support/gated-attention.ts';
import { logSigmoid } from '../support/reference-attention.ts';
import { runModel } from '../support/run-model.ts';

test('a model becomes one that returns its log gates, head by head, and computes nothing else', async () => {
  // Weights are the same at any bias, so that logits differ by it: gates of two biases tell the logits.
  const run = async (gateBias: number) => {
    const model = forgettingModel({ heads: 3, channels: 4, gateBias });
    const { taps, others } = tapDecays(model);
    expect(others).toEqual([]);
    expect(taps).toMatchObject([{ attention: 0, kind: 'gates', heads: 3, scoreBound: expect.any(Number) }]);
    expect(verify(model)).toEqual([]);
    expect(model.graph.outputs.map(({ name }) => name)).toEqual([taps[0]?.logGates]);
    expect([...model.graph.nodes()].some((node) => node.is('Softmax'))).toBe(false);
    expect(inferTypes(model).conflicts).toEqual([]);
    const x = { data: new Float32Array(2 * 7 * 12), dims: [2, 7, 12] };
    return runModel(model, { x });
  };
  const gates = await run(-1);
  expect(gates).toHaveLength(2 * 3 * 7);
  for (const [index, gate] of gates.entries())
    expect(gate).toBeCloseTo(logSigmoid(-1 + 2 * (Math.floor(index / 7) % 3)), 5);
});

test('what is counted agrees with the gates of the model', async () => {
  const model = forgettingModel({ gateBias: -4 });
  const { taps } = tapDecays(model);
  const length = 128;
  const data = await runModel(model, { x: { data: new Float32Array(length * 16), dims: [1, length, 16] } });
  const counter = new ReachCounter(taps, { epsilon: 1e-3, lengths: [length] });
  counter.add({ [taps[0]?.logGates ?? '']: { dims: [1, 2, length], data } });
  const halfLives = counter.result().map(({ halfLife }) => halfLife);
  for (const [head, halfLife] of halfLives.entries())
    expect(halfLife).toBeCloseTo(Math.LN2 / -logSigmoid(-4 + 2 * head), 5);
});

test('biases of distances are told too, with the number of positions', async () => {
  const base = { heads: 2, channels: 8, valueChannels: 8, gain: 1 };
  const table = [0.5, 2].map((fall) => Array.from({ length: 40 }, (_, distance) => -fall * distance));
  for (const bias of [{ slopes: [0.5, 2] }, { table }]) {
    const model = gatedAttention({ ...base, ...bias });
    const { taps, others } = tapDecays(model);
    expect(others).toEqual([]);
    expect(verify(model)).toEqual([]);
    const [tap] = taps;
    const names = [tap?.positions, tap?.table].filter((name) => name !== undefined);
    expect(model.graph.outputs.map(({ name }) => name)).toEqual(names);
    const zeros = (...dims: number[]) => ({ data: new Float32Array(dims.reduce((a, c) => a * c)), dims });
    const operand = zeros(1, 2, 64, 8);
    const feeds = { query: operand, key: operand, values: operand, logits: zeros(1, 2, 64) };
    expect([...(await runModel(model, feeds))]).toEqual([64]);
    if ('table' in bias) continue;
    const counter = new ReachCounter(taps, { epsilon: 1e-3, lengths: [64] });
    counter.add({ [tap?.positions ?? '']: { dims: [1], data: [64] } });
    const [far, near] = counter.result();
    // 2U + log L − log ε and the slack of rounding, over the slope; U = √8.
    const needed = 2 * Math.sqrt(8) + Math.log(64) - Math.log(1e-3) + 0.01;
    expect(far).toMatchObject({ halfLife: null, span: { most: Math.floor(needed / 0.5) } });
    expect(near?.span.most).toBe(Math.floor(needed / 2));
  }
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
