import { findAttentionCores, findNorms } from '@sentei/anatomy';
import { inferTypes, isTensorType, type Model, tensorType } from '@sentei/ir';
import { expect, test } from 'vitest';
import { forgettingModel } from '../../../anatomy/test/support/forgetting-attention.ts';
import { matchAttention } from '../../src/matching/match-attention.ts';

function match(model: Model) {
  const types = inferTypes(model);
  const norms = new Map(findNorms(model.graph).map((norm) => [norm.output, norm]));
  const [core] = findAttentionCores(model.graph);
  if (core === undefined) throw new Error('the model has no attention');
  return matchAttention(core, types, { norms, shapeOf: (value) => types.shapeOf(value) });
}

test('bounds the scores by the gains: |scale| · √d max|γ_q| · √d max|γ_k|', () => {
  const found = match(forgettingModel({ channels: 16, gain: 1.5 }));
  expect(found).toMatchObject({ channels: 16, valueChannels: 16 });
  expect('scoreBound' in found && found.scoreBound).toBeCloseTo(Math.sqrt(16) * 1.5 * 1.5, 5);
});

test('knows the sequence length where the mask is made from one', () => {
  const ranged = match(forgettingModel({ mask: 'where' }));
  expect('length' in ranged && ranged.length?.producer?.opType).toBe('Squeeze');
  const triangle = match(forgettingModel({ mask: 'trilu' }));
  expect('length' in triangle && triangle.length).toBeUndefined();
});

test('a scale after the bias is refused, because it scales the bias too', () => {
  const model = forgettingModel();
  const nodes = [...model.graph.nodes()];
  const add = nodes.find((node) => node.is('Add') && node.input(1)?.producer?.is('Sub'));
  const scale = nodes.find((node) => node.is('Mul') && node.input(0)?.producer?.is('MatMul'));
  const [product, biased] = [scale?.input(0), add?.output(0)];
  if (!add || !scale || !product || !biased) throw new Error('the fixture has changed');
  // scores = (product + bias) · scale
  const scaled = scale.output(0);
  add.setInput(0, product);
  if (scaled) biased.replaceUsesWith(scaled);
  scale.setInput(0, biased);
  model.graph.unlink(scale);
  model.graph.insertAfter(add, scale);
  expect(match(model)).toEqual({ reason: 'scores are scaled after a bias or mask was added' });
});

test('other element types are refused by name', () => {
  const model = forgettingModel();
  for (const value of model.graph.inputs) {
    if (isTensorType(value.type)) value.type = tensorType('float64', value.type.shape);
  }
  for (const node of model.graph.nodes()) {
    for (const output of node.outputs)
      if (isTensorType(output.type)) output.type = tensorType('float64', output.type.shape);
  }
  expect(match(model)).toEqual({ reason: expect.stringMatching(/attention in (float64|unknown)/) });
});
