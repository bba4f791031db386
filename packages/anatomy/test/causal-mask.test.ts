import { Graph, GraphBuilder, type Model, type Node, Tensor, tensorType, Value } from '@sentei/ir';
import { expect, test } from 'vitest';
import { findAttentionCores } from '../src/attention.ts';
import { matchCausalBias, matchCausalCondition } from '../src/causal-mask.ts';
import { forgettingModel } from './support/forgetting-attention.ts';

function comparison(opType: string, rowsFirst: boolean, negate: boolean, start = 0): Value {
  const n = new Value('n', tensorType('int64', []));
  const graph = new Graph('g', [n]);
  const b = new GraphBuilder(graph);
  const range = b.op('Range', [b.constant(Tensor.int64([start], [])), n, b.constant(Tensor.int64([1], []))]);
  const rows = b.op('Unsqueeze', [range, b.int64([1])]);
  const columns = b.op('Unsqueeze', [range, b.int64([0])]);
  const compared = b.op(opType, rowsFirst ? [rows, columns] : [columns, rows]);
  return negate ? b.op('Not', [compared]) : compared;
}

test.each([
  ['GreaterOrEqual', true, false, true],
  ['LessOrEqual', false, false, true],
  ['Greater', false, true, true],
  ['Less', true, true, true],
  ['GreaterOrEqual', false, false, false],
  ['LessOrEqual', true, false, false],
  ['Greater', true, true, false],
  ['Greater', true, false, false],
] as const)('%s, rows first %s, negated %s: causal %s', (opType, rowsFirst, negate, causal) => {
  expect(matchCausalCondition(comparison(opType, rowsFirst, negate))?.length?.name).toBe(
    causal ? 'n' : undefined,
  );
});

test('positions that do not start at zero are not causal', () => {
  expect(matchCausalCondition(comparison('GreaterOrEqual', true, false, 1))).toBeUndefined();
});

test('a lower triangle of ones is causal, an upper one and a shifted one are not', () => {
  const model = forgettingModel({ mask: 'trilu' });
  const mask = maskOf(model);
  expect(matchCausalCondition(mask)).toMatchObject({ length: undefined });
  const trilu = [...model.graph.nodes()].find((node): node is Node => node.is('Trilu'));
  trilu?.setInput(1, new GraphBuilder(model.graph).constant(Tensor.int64([1], [])));
  expect(matchCausalCondition(mask)).toBeUndefined();
  trilu?.setInput(1, null);
  trilu?.setAttribute('upper', { kind: 'int', value: 1n });
  expect(matchCausalCondition(mask)).toBeUndefined();
});

test('reads the fill of an additive mask', () => {
  const [core] = findAttentionCores(forgettingModel({ mask: 'additive', fill: -1e9 }).graph);
  const fills = core?.steps.map((step) =>
    step.kind === 'bias' ? matchCausalBias(step.value)?.fill : undefined,
  );
  expect(fills).toEqual([undefined, undefined, -1e9]);
});

function maskOf(model: Model): Value | undefined {
  const [core] = findAttentionCores(model.graph);
  const step = core?.steps.find((candidate) => candidate.kind === 'mask');
  return step?.kind === 'mask' ? step.condition : undefined;
}
