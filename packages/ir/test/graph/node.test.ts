import { describe, expect, it } from 'vitest';
import { Graph, Node, Tensor, toAttribute, Value } from '../../src/index.ts';

describe('Node', () => {
  it('keeps use lists and producers in step with inputs and outputs', () => {
    const [a, b] = [new Value('a'), new Value('b')];
    const node = new Node('Clip', [a, null, a], [b]);
    expect([a.uses.size, b.producer, node.input(1), node.input(9)]).toEqual([2, node, undefined, undefined]);
    node.setInput(4, b);
    expect(node.inputs).toEqual([a, null, a, null, b]);
    node.setInputs(node.inputs.slice(1));
    expect([[...a.uses].map(({ index }) => index), [...b.uses].map(({ index }) => index)]).toEqual([
      [1],
      [3],
    ]);
    const c = new Value('c');
    node.setOutputs([c]);
    expect([b.producer, c.producer]).toEqual([null, node]);
  });

  it('does not take a value back from a node that has it by now', () => {
    const value = new Value('v');
    const first = new Node('A', [], [value]);
    const second = new Node('B', [], [value]);
    first.setOutputs([]);
    expect(value.producer).toBe(second);
  });

  it('owns the graphs of its attributes, and not those another node has by now', () => {
    const graph = new Graph('body');
    const first = new Node('Loop', [], [], { attributes: [['body', { kind: 'graph', value: graph }]] });
    const second = new Node('Loop', [], []);
    second.setAttribute('body', { kind: 'graph', value: graph });
    first.setAttribute('body', undefined);
    expect([graph.owner, first.subgraph('body'), second.subgraph('body')]).toEqual([
      second,
      undefined,
      graph,
    ]);
    second.setAttribute('body', toAttribute(1n));
    expect(graph.owner).toBeNull();
  });

  it('reads attributes by kind', () => {
    const attributes = { i: 2n, is: [1n, 2n], f: 0.5, s: 'größe', t: Tensor.floats([1]) };
    const node = new Node('A', [], [], {
      attributes: Object.entries(attributes).map(([name, value]) => [name, toAttribute(value)] as const),
    });
    expect([node.int('i'), node.ints('is'), node.float('f'), node.string('s'), node.tensor('t')]).toEqual([
      2,
      [1, 2],
      0.5,
      'größe',
      attributes.t,
    ]);
    expect([node.int('f'), node.float('i'), node.ints('none'), node.string('i'), node.tensor('i')]).toEqual(
      Array.from({ length: 5 }, () => undefined),
    );
  });

  it('knows standard operators in both spellings of their domain', () => {
    expect(new Node('Relu', [], [], { domain: 'ai.onnx' }).is('Add', 'Relu')).toBe(true);
    expect(new Node('Relu', [], [], { domain: 'com.microsoft' }).is('Relu')).toBe(false);
  });

  it('is named by its name or by what it computes, and hides unnamed outputs', () => {
    const node = new Node('Split', [], [new Value('a'), new Value('')]);
    expect([`${node}`, node.output(1), node.output(0)?.name]).toEqual(['Split of a, ', undefined, 'a']);
    node.name = 'split';
    expect(`${node}`).toBe('Split split');
  });
});
