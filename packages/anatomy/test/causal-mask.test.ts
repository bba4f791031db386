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

test('a triangle of one row is none: it would be broadcast', () => {
  const b = new GraphBuilder(new Graph('g'));
  const lower = { attributes: { upper: 0n } };
  const row = b.op('Trilu', [b.constant(Tensor.floats([1], [1, 1]))], lower);
  expect(matchCausalCondition(row)).toBeUndefined();
  const n = b.graph.newValue('n', tensorType('int64', [1]));
  const wide = b.op('Expand', [
    b.float32([1], []),
    b.op('Concat', [b.int64([1]), n], { attributes: { axis: 0n } }),
  ]);
  expect(matchCausalCondition(b.op('Trilu', [wide], lower))).toBeUndefined();
});

test('positions in half precision are not counted on, since 2049 becomes 2048', () => {
  const n = new Value('n', tensorType('int64', []));
  const b = new GraphBuilder(new Graph('g', [n]));
  const range = b.op('Range', [b.constant(Tensor.int64([0], [])), n, b.constant(Tensor.int64([1], []))]);
  const compare = (to: bigint) => {
    const cast = b.op('Cast', [range], { attributes: { to } });
    const [rows, columns] = [
      b.op('Unsqueeze', [cast, b.int64([1])]),
      b.op('Unsqueeze', [cast, b.int64([0])]),
    ];
    return matchCausalCondition(b.op('GreaterOrEqual', [rows, columns]));
  };
  expect(compare(1n)?.length).toBe(n);
  expect(compare(10n)).toBeUndefined();
});
