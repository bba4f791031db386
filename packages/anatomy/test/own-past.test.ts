import { Graph, GraphBuilder, tensorType, Value } from '@sentei/ir';
import { expect, test } from 'vitest';
import { isOwnPast } from '../src/own-past.ts';

test('is an input that stands first in what the graph returns', () => {
  const [past, x] = ['past', 'x'].map((name) => new Value(name, tensorType('float32', ['n'])));
  const graph = new Graph('g', past && x ? [past, x] : []);
  const b = new GraphBuilder(graph);
  const whole = b.op('Concat', [past ?? null, x ?? null], { attributes: { axis: 0n } });
  const turned = b.op('Concat', [x ?? null, past ?? null], { attributes: { axis: 0n } });
  graph.setOutputs([turned]);
  expect([isOwnPast(past, whole), isOwnPast(past, turned)]).toEqual([false, false]);
  graph.setOutputs([b.op('Identity', [whole])]);
  expect([isOwnPast(past, whole), isOwnPast(x, whole)]).toEqual([true, false]);
});
