import { Graph, GraphBuilder, inferTypes, Model, Tensor, tensorType, Value } from '@sentei/ir';
import { expect, test } from 'vitest';
import { viewOf } from '../../src/scores/axis-view.ts';
import { matchRunningSum } from '../../src/scores/running-sum.ts';

/** c [batch, heads, keys] over past log gates and new ones, the whole of which the graph returns or not. */
function cached(isReturned: boolean, newGate: string) {
  const past = new Value('past', tensorType('float32', ['batch', 2, 'past']));
  const x = new Value('x', tensorType('float32', ['batch', 2, 'n']));
  const graph = new Graph('g', [past, x]);
  const b = new GraphBuilder(graph);
  const fresh = b.op(newGate, [b.op('Sigmoid', [x])]);
  const whole = b.op('Concat', [past, fresh], { attributes: { axis: 2n } });
  const sums = b.op('CumSum', [whole, b.constant(Tensor.int64([-1], []))]);
  graph.setOutputs(isReturned ? [sums, whole] : [sums]);
  const types = inferTypes(new Model(graph, [['', 18]], 10));
  const shape = types.shapeOf(sums) ?? [];
  return { found: matchRunningSum({ value: sums, view: viewOf(['0', '1', 'k'], shape) }, 'k', types), whole };
}

test('log gates of a cache are what the graph returned, so they are as little positive as the new ones', () => {
  const { found, whole } = cached(true, 'Log');
  expect(found?.logGates.value).toBe(whole);
  expect(cached(true, 'Identity').found).toBeUndefined();
});

test('of inputs that the graph does not return nothing is known', () => {
  expect(cached(false, 'Log').found).toBeUndefined();
});
