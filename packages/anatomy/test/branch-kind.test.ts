import { type GraphBuilder, Tensor, type Value } from '@sentei/ir';
import { expect, test } from 'vitest';
import { appliesWeights, branchKind } from '../src/branch-kind.ts';
import { findConstantValues } from '../src/constant-values.ts';
import { attention, mlp, modelOf, weight } from './support/residual-models.ts';

function describe(build: (b: GraphBuilder, x: Value) => Value): { kind: string; weighted: boolean } {
  const { graph } = modelOf(build);
  const facts = { constants: findConstantValues(graph), attention: new Set<never>() };
  const nodes = [...graph.nodes()];
  return { kind: branchKind(nodes, facts), weighted: nodes.some((node) => appliesWeights(node, facts)) };
}

const quantised = (b: GraphBuilder, x: Value) => {
  const codes = b.constant(Tensor.fromBytes('int8', [4, 4], new Uint8Array(16)));
  return b.op('MatMul', [x, b.op('DequantizeLinear', [codes, b.float32([0.1], [])])]);
};

test.each([
  ['attention', attention],
  [
    'attention',
    (b: GraphBuilder, x: Value) => b.op('GroupQueryAttention', [x, x, x], { domain: 'com.microsoft' }),
  ],
  ['mlp', mlp],
  ['mlp', quantised],
  [
    'mlp',
    (b: GraphBuilder, x: Value) => b.op('MatMulNBits', [x, weight(b, 4, 4)], { domain: 'com.microsoft' }),
  ],
  ['convolution', (b: GraphBuilder, x: Value) => mlp(b, b.op('Conv', [x, b.float32([1], [1, 1, 1])]))],
  ['other', (b: GraphBuilder, x: Value) => b.op('MatMul', [mlp(b, x), b.op('Transpose', [x])])],
  ['other', (b: GraphBuilder, x: Value) => b.op('LSTM', [x, weight(b, 16, 4), weight(b, 16, 4)])],
] as const)('%s', (kind, build) => {
  expect(describe(build)).toEqual({ kind, weighted: true });
});

test('a product of two computed values applies no weights', () => {
  const result = describe((b, x) => b.op('MatMul', [x, b.op('Transpose', [x])]));
  expect(result).toEqual({ kind: 'other', weighted: false });
});
