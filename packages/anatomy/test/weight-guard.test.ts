import { Graph, GraphBuilder, tensorType, Value } from '@sentei/ir';
import { expect, test } from 'vitest';
import { matchWeightGuard } from '../src/weight-guard.ts';

function guarded(build: (b: GraphBuilder, weights: Value) => Value) {
  const x = new Value('x', tensorType('float32', ['n', 'n']));
  const graph = new Graph('g', [x]);
  const b = new GraphBuilder(graph);
  const weights = b.op('Softmax', [x]);
  const result = build(b, weights);
  graph.setOutputs([b.op('MatMul', [result, x])]);
  return { guard: matchWeightGuard(weights), result };
}

const zero = (b: GraphBuilder) => b.float32([0], []);
const withoutNaN = (b: GraphBuilder, w: Value) => b.op('Where', [b.op('IsNaN', [w]), zero(b), w]);

test('weights that are not a number become zeros', () => {
  const { guard, result } = guarded(withoutNaN);
  expect(guard).toMatchObject({ output: result, zeroes: true });
});

test('tests for infinities, which weights never are, change nothing', () => {
  const { guard, result } = guarded((b, w) => {
    const isLow = b.op('And', [b.op('IsInf', [w]), b.op('Less', [w, zero(b)])]);
    return b.op('Where', [isLow, b.float32([-3e38], []), withoutNaN(b, w)]);
  });
  expect(guard).toMatchObject({ output: result, zeroes: true });
});

test('anything that changes weights is no guard', () => {
  const clipped = (b: GraphBuilder, w: Value) =>
    b.op('Where', [b.op('Less', [w, b.float32([0.1], [])]), zero(b), withoutNaN(b, w)]);
  expect(guarded(clipped).guard).toBeUndefined();
  const ones = (b: GraphBuilder, w: Value) => b.op('Where', [b.op('IsNaN', [w]), b.float32([1], []), w]);
  expect(guarded(ones).guard).toBeUndefined();
});
