import { Graph, GraphBuilder, tensorType, Value } from '@sentei/ir';
import { expect, test } from 'vitest';
import { removeUnread } from '../src/lower-cpu.ts';

test('takes out a chain that nothing reads, up to what something else reads', () => {
  const x = new Value('x', tensorType('float32', ['n']));
  const graph = new Graph('main', [x]);
  const b = new GraphBuilder(graph);
  const shared = b.op('Abs', [x]);
  const unread = b.op('Neg', [b.op('Exp', [shared])]);
  graph.setOutputs([b.op('Sqrt', [shared])]);
  removeUnread(unread);
  expect([...graph.nodes()].map((node) => node.opType)).toEqual(['Abs', 'Sqrt']);
});
