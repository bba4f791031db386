import { describe, expect, it } from 'vitest';
import { canonicalDomain } from '../../src/graph/model.ts';
import { defineFunction, Graph, Model, Node } from '../../src/index.ts';
import { tinyModel } from '../support/tiny-model.ts';

describe('Model', () => {
  it('spells the standard domain one way', () => {
    expect([canonicalDomain('ai.onnx'), canonicalDomain(''), canonicalDomain('com.microsoft')]).toEqual([
      '',
      '',
      'com.microsoft',
    ]);
    const model = new Model(new Graph('g'), [['ai.onnx', 18]]);
    expect([model.opset, [...model.opsetImports.keys()]]).toEqual([18, ['']]);
    expect(new Model(new Graph('g'), []).opset).toBe(1);
  });

  it('walks its graph, subgraphs at every depth, and functions', () => {
    const { model, add } = tinyModel();
    const [outer, inner, local] = ['outer', 'inner', 'local'].map((name) => new Graph(name));
    if (!outer || !inner || !local) throw new Error('no graphs');
    inner.append(new Node('Relu', [], []));
    outer.append(new Node('If', [], [], { attributes: [['then_branch', { kind: 'graph', value: inner }]] }));
    add.setAttribute('body', { kind: 'graphs', value: [outer] });
    model.functions.push(
      defineFunction({ domain: 'local', name: 'f', graph: local, opsetImports: new Map() }),
    );
    expect([...model.graphs()].map((graph) => graph.name)).toEqual(['tiny', 'outer', 'inner', 'local']);
    expect([...model.graph.allNodes()].map((node) => node.opType)).toEqual(['Add', 'If', 'Relu', 'Relu']);
    expect(inner.root).toBe(model.graph);
  });
});
