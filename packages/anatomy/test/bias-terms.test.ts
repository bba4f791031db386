import { Graph, GraphBuilder, Tensor, tensorType, Value } from '@sentei/ir';
import { expect, test } from 'vitest';
import { findAttentionCores } from '../src/attention.ts';
import { matchBiasTerms } from '../src/bias-terms.ts';
import { type ForgettingOptions, forgettingModel } from './support/forgetting-attention.ts';

function termsOf(options: ForgettingOptions) {
  const [core] = findAttentionCores(forgettingModel(options).graph);
  const terms = core?.steps.map((step) => (step.kind === 'bias' ? matchBiasTerms(step.value) : undefined));
  return terms?.flatMap((found) => (found ? [Object.keys(found).sort().join('+')] : []));
}

test.each([
  ['where', ['gate']],
  ['additive', ['gate', 'mask']],
  ['in-bias', ['gate+mask']],
] as const)('finds what the biases hold in mask form %s', (mask, expected) => {
  expect(termsOf({ mask })).toEqual(expected);
});

test('a bias of something else is not taken apart', () => {
  const bias = new Value('bias', tensorType('float32', ['n', 'n']));
  const b = new GraphBuilder(new Graph('g', [bias]));
  expect(matchBiasTerms(bias)).toBeUndefined();
  expect(matchBiasTerms(b.op('Add', [bias, b.constant(Tensor.floats([0], []))]))).toBeUndefined();
});
