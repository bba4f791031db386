import { describe, expect, it } from 'vitest';
import { NameAuthority } from '../../src/graph/names.ts';
import { Graph, Node, Value } from '../../src/index.ts';

describe('NameAuthority', () => {
  const graph = new Graph('g', [new Value('input')]);
  const body = new Graph('body', [new Value('inner')]);
  graph.append(
    new Node('Loop', [], [new Value('output')], {
      name: 'loop',
      attributes: [['body', { kind: 'graph', value: body }]],
    }),
  );
  graph.sparseInitializers.push({ value: new Value('sparse'), message: {} });

  it('knows the names of inputs, outputs, nodes and sparse initializers at every depth', () => {
    const names = new NameAuthority(graph);
    const taken = ['input', 'output', 'loop', 'inner', 'sparse'];
    expect(taken.map((name) => names.claim(name))).toEqual(taken.map((name) => `${name}_1`));
  });

  it('never gives a name twice, also where a counted name is asked for', () => {
    const names = new NameAuthority(graph);
    const claimed = ['a', 'a', 'a_1', 'a', 'a_1', 'a_2'].map((hint) => names.claim(hint));
    expect(new Set(claimed).size).toBe(claimed.length);
    expect(claimed.slice(0, 2)).toEqual(['a', 'a_1']);
  });
});
