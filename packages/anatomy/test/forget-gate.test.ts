import { readModel } from '@sentei/ir';
import { expect, test } from 'vitest';
import { findAttentionCores } from '../src/attention.ts';
import { matchForgetGate } from '../src/forget-gate.ts';
import { type ForgettingOptions, forgettingModel } from './support/forgetting-attention.ts';

function gateOf(options: ForgettingOptions) {
  const [core] = findAttentionCores(forgettingModel(options).graph);
  const bias = core?.steps.find((step) => step.kind === 'bias');
  return bias?.kind === 'bias' ? matchForgetGate(bias.value) : undefined;
}

test.each(['log-sigmoid', 'softplus'] as const)('recognises gates written as %s', (gate) => {
  const found = gateOf({ gate });
  expect(found?.nodes.map((node) => node.opType)).toEqual([
    'CumSum',
    'Transpose',
    'Unsqueeze',
    'Unsqueeze',
    'Sub',
  ]);
  expect(found?.logGates.producer?.opType).toBe(gate === 'softplus' ? 'Neg' : 'Log');
});

test('a running sum of numbers that may be positive is no forget gate', () => {
  expect(gateOf({ gate: 'unbounded' })).toBeUndefined();
});

test('a sum along another axis is no forget gate', () => {
  const model = forgettingModel();
  for (const node of model.graph.nodes()) {
    if (node.is('Transpose') && node.input(0)?.producer?.is('CumSum')) {
      node.setAttribute('perm', { kind: 'ints', value: [2n, 0n, 1n] });
      const [output] = node.outputs;
      if (output) output.type = undefined;
    }
  }
  const [core] = findAttentionCores(model.graph);
  const bias = core?.steps.find((step) => step.kind === 'bias');
  // The sequence is no longer the last axis: CumSum ran over axis 1, which this permutation puts last.
  expect(bias?.kind === 'bias' && matchForgetGate(bias.value)?.cumulative.name).toBeTypeOf('string');
  for (const node of model.graph.nodes()) {
    if (node.is('Transpose') && node.input(0)?.producer?.is('CumSum')) {
      node.setAttribute('perm', { kind: 'ints', value: [0n, 1n, 2n] });
    }
  }
  expect(bias?.kind === 'bias' && matchForgetGate(bias.value)).toBeUndefined();
});

test('a difference the other way round grows with distance and is none', () => {
  const model = forgettingModel();
  for (const node of model.graph.nodes()) {
    if (node.is('Sub')) node.setInputs([node.input(1) ?? null, node.input(0) ?? null]);
  }
  const [core] = findAttentionCores(model.graph);
  const bias = core?.steps.find((step) => step.kind === 'bias');
  expect(bias?.kind === 'bias' && matchForgetGate(bias.value)).toBeUndefined();
});

test('finds a gate in every layer of the shipped checkpoint', async () => {
  const model = await readModel('checkpoints/fox-pro-6l/model.onnx');
  const gates = findAttentionCores(model.graph).map((core) =>
    core.steps
      .map((step) => (step.kind === 'bias' ? matchForgetGate(step.value) : undefined))
      .find((gate) => gate),
  );
  expect(gates.filter((gate) => gate !== undefined)).toHaveLength(6);
});
