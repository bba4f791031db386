import { expect, it } from 'vitest';
import { Graph, GraphBuilder, removeUnread, tensorType, Value } from '../../src/index.ts';

it('takes out a chain that nothing reads, with its constants, up to what something else reads', () => {
  const x = new Value('x', tensorType('float32', ['n']));
  const graph = new Graph('main', [x]);
  const b = new GraphBuilder(graph);
  const shared = b.op('Abs', [x]);
  const unread = b.op('Mul', [b.op('Exp', [shared]), b.float32([2], [])]);
  graph.setOutputs([b.op('Add', [shared, b.float32([3], [])])]);
  if (unread.producer) removeUnread(unread.producer);
  expect([...graph.nodes()].map((node) => node.opType)).toEqual(['Abs', 'Add']);
  expect([...graph.initializers].map((value) => value.tensor?.numbers()[0])).toEqual([3]);
});

it('lets go of what only the subgraphs of a node read', () => {
  const x = new Value('x', tensorType('bool', []));
  const graph = new Graph('main', [x]);
  const b = new GraphBuilder(graph);
  const captured = b.op('Not', [x]);
  const type = tensorType('bool', []);
  const branch = () => b.subgraph('branch', [], (body) => [{ value: body.op('Not', [captured]), type }]);
  const choice = b.op('If', [x], { attributes: { then_branch: branch(), else_branch: branch() } });
  if (choice.producer) removeUnread(choice.producer);
  expect(graph.nodeCount).toBe(0);
});

it('leaves what is read, and initializers that callers may override', () => {
  const x = new Value('x', tensorType('float32', ['n']));
  const graph = new Graph('main', [x]);
  const b = new GraphBuilder(graph);
  const weight = b.float32([2], []);
  weight.overridable = true;
  const product = b.op('Mul', [x, weight]);
  graph.setOutputs([product]);
  if (product.producer) removeUnread(product.producer);
  expect(graph.nodeCount).toBe(1);
  graph.setOutputs([]);
  if (product.producer) removeUnread(product.producer);
  expect([graph.nodeCount, graph.initializers.size]).toEqual([0, 1]);
});
