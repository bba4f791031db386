import {
  defineFunction,
  Graph,
  type GraphBuilder,
  type Model,
  Node,
  Tensor,
  tensorType,
  type Value,
} from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { eliminateDeadCode, eliminateDeadCodeRule as rule } from '../src/eliminate-dead-code.ts';
import { takeSurvey } from '../src/survey.ts';
import { expectUntouched, initializer, node, once, operators, tinyModel } from './support/tiny.ts';

function absolute(): Model {
  return tinyModel({ x: [2], unused: [3] }, (b, [x]) => [b.op('Abs', [x ?? null])]);
}

describe('eliminate-dead-code', () => {
  it('removes chains of unused nodes and the initializers only they read', () => {
    const model = absolute();
    const weight = initializer(model.graph, 'w', Tensor.floats([1, 2]));
    const dead = node(model.graph, 'Mul', [model.graph.inputs[0] ?? null, weight]);
    node(model.graph, 'Neg', [dead.outputs[0] ?? null]);
    expect(eliminateDeadCode(takeSurvey(model))).toBe(3);
    expect(operators(model)).toEqual(['Abs']);
    expect(model.graph.initializers.size).toBe(0);
    expectUntouched(model, rule);
  });

  it('keeps graph inputs and initializers that are graph inputs', () => {
    const model = absolute();
    const weight = initializer(model.graph, 'w', Tensor.floats([1]));
    model.graph.inputs.push(weight);
    expectUntouched(model, rule);
    expect(model.graph.inputs.map((value) => value.name)).toEqual(['x', 'unused', 'w']);
  });

  it('keeps what subgraphs capture, and cleans inside of them', () => {
    const model = conditional((body, outer) => {
      node(body, 'Neg', [outer]);
      return node(body, 'Abs', [outer]);
    });
    expect(once(model, rule)).toBe(2);
    expect(operators(model)).toEqual(['Exp', 'If', 'Abs', 'Abs']);
    expectUntouched(model, rule);
  });

  it('keeps an initializer that only a subgraph reads', () => {
    const model = conditional((body, outer, b) => node(body, 'Squeeze', [outer, b.int64([0])]));
    expectUntouched(model, rule);
    expect([...model.graph.initializers].map((value) => value.tensor?.bigints())).toEqual([[0n]]);
  });

  it('keeps an initializer that is still read as axes elsewhere', () => {
    const model = tinyModel({ x: [1, 2] }, (b, [x]) => {
      const axes = b.int64([0]);
      b.op('Unsqueeze', [b.float32([1, 2]), axes]);
      return [b.op('Squeeze', [x ?? null, axes])];
    });
    once(model, rule);
    expect(operators(model)).toEqual(['Squeeze']);
    expect([...model.graph.initializers].map((value) => value.tensor?.dataType)).toEqual(['int64']);
  });

  it('removes unused nodes of foreign domains, unless they have no output at all', () => {
    const model = absolute();
    model.opsetImports.set('custom', 1);
    const x = model.graph.inputs[0] ?? null;
    node(model.graph, 'Score', [x], [], 'custom');
    model.graph.append(new Node('Print', [x], [], { domain: 'custom' }));
    once(model, rule);
    expect(operators(model)).toEqual(['Abs', 'Print']);
    expectUntouched(model, rule);
  });

  it('drops trailing optional outputs, never those that carry meaning by their number', () => {
    const model = absolute();
    const [x] = model.graph.inputs;
    const [y] = model.graph.outputs;
    const pool = node(model.graph, 'Dropout', [x ?? null]);
    pool.setOutputs([...pool.outputs, model.graph.newValue('mask')]);
    const split = node(model.graph, 'Split', [x ?? null]);
    split.setOutputs([...split.outputs, model.graph.newValue('second')]);
    model.graph.setOutputs([y, pool.outputs[0], split.outputs[0]].flatMap((value) => value ?? []));
    expect(once(model, rule)).toBe(1);
    expect([pool.outputs.length, split.outputs.length]).toEqual([1, 2]);
  });

  it('keeps what quantization annotations mention', () => {
    const model = absolute();
    initializer(model.graph, 'scale', Tensor.floats([1]));
    node(model.graph, 'Neg', [model.graph.inputs[0] ?? null]);
    const annotation = { tensorName: 'neg_out', parameters: new Map([['S', 'scale']]) };
    model.graph.quantizationAnnotations = [annotation];
    expectUntouched(model, rule);
  });

  it('drops functions that nothing calls and keeps those that functions call', () => {
    const model = absolute();
    model.opsetImports.set('f', 1);
    const [x] = model.graph.inputs;
    const call = node(model.graph, 'Outer', [x ?? null], [], 'f');
    model.graph.setOutputs(call.outputs);
    for (const [name, opType] of [
      ['Outer', 'Inner'],
      ['Inner', 'Abs'],
      ['Lost', 'Inner'],
    ] as const) {
      const graph = new Graph(name);
      graph.inputs.push(graph.newValue('a', tensorType('float32')));
      const domain = opType === 'Abs' ? '' : 'f';
      graph.setOutputs(node(graph, opType, [graph.inputs[0] ?? null], [], domain).outputs);
      node(graph, 'Neg', [graph.inputs[0] ?? null]);
      const opsetImports = new Map([
        ['', 18],
        ['f', 1],
      ]);
      model.functions.push(defineFunction({ domain: 'f', name, graph, opsetImports }));
    }
    once(model, rule);
    expect(model.functions.map(({ name }) => name)).toEqual(['Outer', 'Inner']);
    expect(model.functions.map(({ graph }) => [...graph.nodes()].map((each) => each.opType))).toEqual([
      ['Inner'],
      ['Abs'],
    ]);
  });
});

/** `If` with two equal branches over `Exp(x)`. */
function conditional(branch: (body: Graph, outer: Value, builder: GraphBuilder) => Node): Model {
  return tinyModel({ x: [1, 2], c: ['bool', []] }, (b, [x, c]) => {
    const outer = b.op('Exp', [x ?? null]);
    const side = (name: string) => {
      const body = new Graph(name);
      const result = branch(body, outer, b).outputs;
      for (const value of body.nodes())
        for (const output of value.outputs) output.name = b.graph.newName(output.name);
      for (const value of result) value.type = tensorType('float32');
      body.setOutputs(result);
      return body;
    };
    return [
      b.op('If', [c ?? null], { attributes: { then_branch: side('then'), else_branch: side('else') } }),
    ];
  });
}
