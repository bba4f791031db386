import { Graph, GraphBuilder, inferTypes, Model, Tensor, tensorType, Value } from '@sentei/ir';
import { expect, test } from 'vitest';
import { findAttentionCores } from '../../src/attention.ts';
import { readScores } from '../../src/scores/read-scores.ts';
import { type ForgettingOptions, forgettingModel } from '../support/forgetting-attention.ts';

function read(model: Model) {
  const types = inferTypes(model);
  const [core] = findAttentionCores(model.graph, types);
  if (core === undefined) throw new Error('the model has no attention');
  return readScores(core, types);
}

test.each([
  { mask: 'where' },
  { mask: 'masked-fill' },
  { mask: 'additive' },
  { mask: 'in-bias' },
  { mask: 'trilu' },
  { mask: 'triu-bias' },
  { mask: 'leading-axes', guard: true },
] satisfies ForgettingOptions[])(
  'reads %o as scale, sums of rows and columns, and a causal mask',
  (options) => {
    const reading = read(forgettingModel({ ...options, channels: 16 }));
    expect(reading).toMatchObject({ isCausal: true, keyMasks: [], pastLength: 0 });
    if ('reason' in reading) throw new Error(reading.reason);
    expect(reading.scale).toBeCloseTo(0.25, 6);
    expect(reading.biases.map(({ coefficient }) => coefficient).toSorted()).toEqual([-1, 1]);
  },
);

test('fills are told apart by whether they take the place of scores or are added', () => {
  expect(read(forgettingModel({ mask: 'where', fill: -1e9 }))).toMatchObject({ replacing: -1e9 });
  expect(read(forgettingModel({ mask: 'additive', fill: -1e9 }))).toMatchObject({ added: -1e9 });
});

test('values that are weighted by query instead of by key are refused', () => {
  const model = forgettingModel();
  const [softmax] = [...model.graph.nodes()].filter((node) => node.is('Softmax'));
  const weights = softmax?.output(0);
  const [use] = weights?.uses ?? [];
  if (!softmax || !weights || !use) throw new Error('the fixture has changed');
  const b = new GraphBuilder(model.graph, { before: use.node });
  use.node.setInput(use.index, b.op('Transpose', [weights], { attributes: { perm: [0n, 1n, 3n, 2n] } }));
  expect(read(model)).toHaveProperty('reason');
});

/** The operator Attention over q, k and v [batch, heads, n, 8] with a bool mask [n, n]. */
function operatorModel(attributes: Readonly<Record<string, bigint | number>>, keyHeads = 4): Model {
  const of = (name: string, heads: number) =>
    new Value(name, tensorType('float32', ['batch', heads, 'n', 8]));
  const mask = new Value('mask', tensorType('float32', ['n', 'n']));
  const inputs = [of('q', 4), of('k', keyHeads), of('v', keyHeads), mask];
  const graph = new Graph('g', inputs);
  const b = new GraphBuilder(graph);
  const lower = b.op('Cast', [b.op('Trilu', [b.op('Exp', [mask])], { attributes: { upper: 0n } })], {
    attributes: { to: 9n },
  });
  const [q, k, v] = inputs;
  const isMasked = attributes.is_causal === undefined;
  graph.setOutputs([
    b.op('Attention', [q ?? null, k ?? null, v ?? null, isMasked ? lower : null], { attributes }),
  ]);
  return new Model(graph, [['', 23]], 11);
}

test('reads the operator Attention, fewer heads of keys included', () => {
  const reading = read(operatorModel({ is_causal: 1n }, 2));
  expect(reading).toMatchObject({ isCausal: true, biases: [], replacing: Number.NEGATIVE_INFINITY });
  expect('scale' in reading && reading.scale).toBeCloseTo(1 / Math.sqrt(8), 12);
  expect('key' in reading && reading.key.view[1]).toEqual([{ axis: '1.0', extent: 2 }]);
  expect(read(operatorModel({ is_causal: 1n, scale: 0.5 }))).toMatchObject({ scale: 0.5 });
});

test('refuses what the operator does beyond that, and masks that are not understood', () => {
  expect(read(operatorModel({ is_causal: 1n, softcap: 5 }))).toEqual({ reason: 'scores are capped' });
  // A triangle of numbers that a run decides is none.
  expect(read(operatorModel({}))).toHaveProperty('reason');
});

test('a second mask that differs by head is named', () => {
  const model = forgettingModel({ mask: 'none' });
  const [softmax] = [...model.graph.nodes()].filter((node) => node.is('Softmax'));
  const b = new GraphBuilder(model.graph, softmax && { before: softmax });
  const scores = softmax?.input(0);
  // Which pairs may be seen follows from the product itself.
  const product = [...model.graph.nodes()].find(
    (node) => node.is('MatMul') && node.input(0)?.producer?.is('Transpose'),
  );
  const shown = b.op('Greater', [b.op('Exp', [product?.input(0) ?? null]), b.float32([1], [])]);
  const wide = b.op('Expand', [
    b.op('ReduceMax', [b.op('Cast', [shown], { attributes: { to: 7n } })], { attributes: { axes: [-1n] } }),
    b.int64([1]),
  ]);
  softmax?.setInput(
    0,
    b.op('Where', [
      b.op('Cast', [wide], { attributes: { to: 9n } }),
      scores ?? null,
      b.constant(Tensor.floats([-1e30], [])),
    ]),
  );
  expect(read(model)).toEqual({ reason: expect.stringMatching(/a mask differs by head/) });
});
