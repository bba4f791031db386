import { describe, expect, it } from 'vitest';
import {
  Graph,
  Model,
  Node,
  readModelBytes,
  Tensor,
  tensorType,
  Value,
  verify,
  writeModelBytes,
} from '../../src/index.ts';
import { floatInfo, tinyBytes, tinyModel } from '../support/tiny-model.ts';

const chain = (count: number) => {
  const graph = new Graph('chain');
  const nodes = Array.from({ length: count }, (_, i) =>
    graph.append(new Node(`N${i}`, [], [new Value(`v${i}`)])),
  );
  return { graph, nodes };
};

const visited = (graph: Graph, change: (node: Node) => void, backwards = false) => {
  const names: string[] = [];
  for (const node of backwards ? graph.nodesBackwards() : graph.nodes()) {
    names.push(node.opType);
    change(node);
  }
  return names.join(' ');
};

describe('Graph.nodes', () => {
  it('goes on when the current node and its neighbours are removed', () => {
    const { graph, nodes } = chain(6);
    const [first, second, third] = nodes;
    const walk = visited(graph, (node) => {
      if (node === first) for (const gone of [first, second, third]) if (gone) graph.remove(gone);
    });
    expect(walk).toBe('N0 N3 N4 N5');
    expect(graph.nodeCount).toBe(3);
  });

  it('goes on when nodes ahead are removed and when all are', () => {
    const { graph, nodes } = chain(4);
    expect(visited(graph, (node) => node === nodes[0] && nodes[1] && graph.remove(nodes[1]))).toBe(
      'N0 N2 N3',
    );
    expect(visited(graph, () => [...graph.nodes()].forEach((node) => void graph.remove(node)))).toBe('N0');
    expect(graph.nodeCount).toBe(0);
  });

  it('goes on in place when the current node moves, and visits a node moved ahead again', () => {
    const { graph, nodes } = chain(4);
    let moved = false;
    const walk = visited(graph, (node) => {
      if (node !== nodes[1] || moved) return;
      moved = true;
      graph.unlink(node);
      graph.append(node);
    });
    expect(walk).toBe('N0 N1 N2 N3 N1');
  });

  it('visits what is added after the current node, not what is added before it', () => {
    const { graph, nodes } = chain(2);
    const [first] = nodes;
    const walk = visited(graph, (node) => {
      if (first === undefined || node !== first) return;
      graph.insertBefore(first, new Node('Before', [], []));
      graph.insertAfter(first, new Node('After', [], []));
    });
    expect(walk).toBe('N0 After N1');
    expect([...graph.nodes()].map((node) => node.opType)).toEqual(['Before', 'N0', 'After', 'N1']);
  });

  it('goes backwards with the same freedom', () => {
    const { graph, nodes } = chain(4);
    const walk = visited(
      graph,
      (node) => {
        if (node === nodes[3]) for (const gone of nodes.slice(2)) graph.remove(gone);
      },
      true,
    );
    expect(walk).toBe('N3 N1 N0');
  });

  it('walks 100,000 nodes without recursion', () => {
    const { graph } = chain(100_000);
    expect([...graph.allNodes()].length).toBe(100_000);
  });
});

describe('Graph', () => {
  it('refuses to link and unlink nodes of other graphs', () => {
    const { graph, nodes } = chain(1);
    const other = chain(1);
    const [mine] = nodes;
    const [theirs] = other.nodes;
    if (!mine || !theirs) throw new Error('no nodes');
    expect(() => graph.unlink(theirs)).toThrow('is not in graph');
    expect(() => graph.append(theirs)).toThrow('already in a graph');
    expect(() => graph.insertBefore(theirs, new Node('A', [], []))).toThrow('is not in graph');
    expect([graph.nodeCount, other.graph.nodeCount, [...other.graph.nodes()]]).toEqual([1, 1, [theirs]]);
  });

  it('lets go of everything a removed node reads, in its subgraphs too', () => {
    const { graph, x, w, add } = tinyModel();
    const inner = new Graph('inner');
    const value = new Value('i');
    inner.append(new Node('Relu', [w], [value]));
    inner.setOutputs([value]);
    add.setAttribute('body', { kind: 'graph', value: inner });
    expect(w.uses.size).toBe(2);
    graph.remove(add);
    expect([x.isUsed, w.isUsed, value.isUsed]).toEqual([false, false, false]);
  });

  it('gives names nothing in the model has', () => {
    const { graph } = tinyModel();
    expect([graph.newName('x'), graph.newName('x'), graph.newName('add'), graph.newName('free')]).toEqual([
      'x_1',
      'x_2',
      'add_1',
      'free',
    ]);
  });

  it('keeps the type of an initializer in step with its tensor, symbols allowed', () => {
    const graph = new Graph('g');
    const type = tensorType('float32', ['n', 2]);
    const value = graph.addInitializer(new Value('v', type), Tensor.floats([1, 2], [1, 2]));
    expect(value.type).toBe(type);
    graph.addInitializer(value, Tensor.floats([1, 2, 3], [1, 3]));
    expect(value.type).toEqual(tensorType('float32', [1, 3]));
    graph.addInitializer(value, Tensor.int64([1]));
    expect(value.type).toEqual(tensorType('int64', [1]));
  });
});

describe('Graph.replace', () => {
  it('hands the name of an output to the value that takes over', () => {
    const { model, graph, sum, y, relu, add } = tinyModel();
    graph.replace(y, sum);
    graph.remove(relu);
    expect(graph.outputs).toEqual([sum]);
    expect(add.outputs[0]?.name).toBe('y');
    expect(verify(model)).toEqual([]);
  });

  it('keeps the name of an output through Identity where the value cannot take it', () => {
    const { model, graph, x, y, relu } = tinyModel();
    graph.replace(y, x);
    graph.remove(relu);
    expect(verify(model)).toEqual([]);
    expect(graph.outputs.map((output) => [output.name, output.producer?.opType])).toEqual([
      ['y', 'Identity'],
    ]);
    expect(graph.inputs.map((input) => input.name)).toEqual(['x']);
  });

  it('replaces an initializer that is an output', () => {
    const { model, graph, w, x, y, sum } = tinyModel();
    graph.setOutputs([w, y]);
    graph.replace(w, x);
    expect(verify(model)).toEqual([]);
    expect(graph.outputs.map((output) => output.name)).toEqual(['w', 'y']);
    expect(graph.outputs[0]?.producer?.inputs).toEqual([x]);
    expect(sum.producer?.inputs).toEqual([x, x]);
    expect(readModelBytes(writeModelBytes(model)).graph.initializers.size).toBe(0);
  });

  it('never renames an input', () => {
    const { graph, x, y, sum } = tinyModel();
    graph.setOutputs([x, y]);
    expect(() => graph.replace(x, sum)).toThrow('is an input and an output');
    expect([x.name, sum.name]).toEqual(['x', 'sum']);
  });

  it('replaces what subgraphs return, without renaming what the graph around them returns', () => {
    const branch = {
      name: 'b',
      node: [{ input: ['x'], output: ['i'], opType: 'Neg' }],
      output: [floatInfo('h')],
    };
    const node = [
      { input: ['x'], output: ['h'], opType: 'Relu' },
      { input: ['c'], output: ['y'], opType: 'If', attribute: [{ name: 'then_branch', type: 5, g: branch }] },
    ];
    const model = readModelBytes(
      tinyBytes(
        {},
        { node, input: [floatInfo('x'), floatInfo('c')], output: [floatInfo('y'), floatInfo('h')] },
      ),
    );
    const [relu, choice] = [...model.graph.nodes()];
    const inner = choice?.subgraph('then_branch');
    const [negated] = [...(inner?.nodes() ?? [])].flatMap((one) => one.outputs);
    if (!relu?.outputs[0] || !inner || !negated) throw new Error('incomplete');
    model.graph.setOutputs([choice?.outputs[0] as Value]);
    model.graph.replace(relu.outputs[0], negated);
    expect(inner.outputs).toEqual([negated]);
    expect([negated.name, relu.outputs[0].name]).toEqual(['i', 'h']);
    expect(verify(model)).toEqual([]);
    const x = model.graph.inputs[0] as Value;
    model.graph.replace(negated, x);
    expect(inner.outputs[0]?.producer?.inputs).toEqual([x]);
    expect(verify(model)).toEqual([]);
    expect(model).toBeInstanceOf(Model);
  });
});
