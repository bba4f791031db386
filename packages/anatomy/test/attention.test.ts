import { readModel } from '@sentei/ir';
import { expect, test } from 'vitest';
import { findAttentionCores } from '../src/attention.ts';
import { forgettingModel } from './support/forgetting-attention.ts';

const CHECKPOINT = 'checkpoints/fox-pro-6l/model.onnx';

test.each([
  ['where', 'scale,bias,mask'],
  ['masked-fill', 'scale,bias,mask'],
  ['additive', 'scale,bias,bias'],
  ['in-bias', 'scale,bias'],
  ['trilu', 'scale,bias,mask'],
  ['triu-bias', 'scale,bias,bias'],
  ['none', 'scale,bias'],
] as const)('finds attention with mask form %s as %s', (mask, steps) => {
  const cores = findAttentionCores(forgettingModel({ mask }).graph);
  expect(cores.map((core) => core.steps.map((step) => step.kind).join())).toEqual([steps]);
});

test('sees through the guard for rows that are not a number', () => {
  const [plain] = findAttentionCores(forgettingModel().graph);
  const [guarded] = findAttentionCores(forgettingModel({ guard: true }).graph);
  expect([plain?.zeroesUndefinedRows, guarded?.zeroesUndefinedRows]).toEqual([false, true]);
  expect(guarded?.nodes.map((node) => node.opType).slice(-3)).toEqual(['IsNaN', 'Where', 'MatMul']);
});

test('reads the scale from the step', () => {
  const [core] = findAttentionCores(forgettingModel({ channels: 16 }).graph);
  const [scale] = core?.steps ?? [];
  expect(scale?.kind === 'scale' && scale.factor).toBeCloseTo(0.25, 6);
});

test('a softmax that is not over the last axis is no attention', () => {
  const model = forgettingModel();
  for (const node of model.graph.nodes()) {
    if (node.is('Softmax')) node.setAttribute('axis', { kind: 'int', value: 1n });
  }
  expect(findAttentionCores(model.graph)).toEqual([]);
});

test('attention weights that something else reads are left alone', () => {
  const model = forgettingModel();
  const [core] = findAttentionCores(model.graph);
  const weights = core?.softmax.output(0);
  if (weights) model.graph.setOutputs([...model.graph.outputs, weights]);
  expect(findAttentionCores(model.graph)).toEqual([]);
});

test('finds the six layers of the shipped checkpoint', async () => {
  const model = await readModel(CHECKPOINT);
  const cores = findAttentionCores(model.graph);
  expect(cores.map((core) => core.steps.map((step) => step.kind).join())).toEqual(
    Array(6).fill('scale,bias,mask'),
  );
});
