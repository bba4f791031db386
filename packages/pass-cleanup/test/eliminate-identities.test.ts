import { defineFunction, Graph, type GraphBuilder, tensorType, type Value } from '@sentei/ir';
import { Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { eliminateIdentities, eliminateIdentitiesRule as rule } from '../src/eliminate-identities.ts';
import { takeSurvey } from '../src/survey.ts';
import { expectUntouched, floats, node, once, operators, run, tinyModel } from './support/tiny.ts';

describe('eliminate-identities', () => {
  it('removes chains in one go and keeps what is computed', async () => {
    const build = () =>
      tinyModel({ x: [2, 3] }, (b, [x]) => {
        const same = b.op('Identity', [b.op('Dropout', [b.op('Identity', [x ?? null])])]);
        return [b.op('Neg', [b.op('Mul', [same, b.float32([1], [])])])];
      });
    const model = build();
    expect(eliminateIdentities(takeSurvey(model))).toBe(4);
    expect(operators(model)).toEqual(['Neg']);
    const feeds = { x: floats([1, -0, 3, 4, 5, 6], [2, 3]) };
    expect(await run(model, feeds)).toEqual(await run(build(), feeds));
    expectUntouched(model, rule);
  });

  it('keeps the names, order and declared dimensions of graph outputs', () => {
    const model = tinyModel({ x: ['n', 3] }, (b, [x]) => {
      const y = b.op('Identity', [b.op('Abs', [x ?? null])], { types: [tensorType('float32', ['n', 3])] });
      return [y, b.op('Neg', [x ?? null])];
    });
    const names = model.graph.outputs.map((value) => value.name);
    expect(once(model, rule)).toBe(1);
    expect(model.graph.outputs.map((value) => value.name)).toEqual(names);
    expect(model.graph.outputs[0]?.shape).toEqual(['n', 3]);
    expect(operators(model)).toEqual(['Abs', 'Neg']);
  });

  it('keeps an Identity that gives an input, an initializer or another output a second name', () => {
    const model = tinyModel({ x: [2] }, (b, [x]) => {
      const y = b.op('Abs', [x ?? null]);
      return [y, b.op('Identity', [y]), b.op('Identity', [x ?? null]), b.op('Identity', [b.float32([1])])];
    });
    expectUntouched(model, rule);
  });

  it('keeps an Identity that a branch returns for a captured value, and removes one inside', async () => {
    const build = () =>
      tinyModel({ x: [2], c: ['bool', []] }, (b, [x, c]) => {
        const outer = b.op('Abs', [x ?? null]);
        const branch = (name: string, body: (inner: GraphBuilder) => Value) => {
          const graph = b.subgraph(name, [], (inner) => [
            { value: body(inner), type: tensorType('float32') },
          ]);
          return graph;
        };
        const attributes = {
          then_branch: branch('then', (inner) => inner.op('Identity', [outer])),
          else_branch: branch('else', (inner) => inner.op('Neg', [inner.op('Identity', [outer])])),
        };
        return [b.op('If', [c ?? null], { attributes })];
      });
    const model = build();
    expect(once(model, rule)).toBe(1);
    expect(operators(model)).toEqual(['Abs', 'If', 'Identity', 'Neg']);
    expect(Object.keys(await run(model, { x: floats([1, 2], [2]), c: truth(true) }))).toHaveLength(1);
    expectUntouched(model, rule);
  });

  it('reads no meaning into foreign operators of the same name', () => {
    const model = tinyModel({ x: [2] }, (b, [x]) => [b.op('Abs', [x ?? null])]);
    model.opsetImports.set('custom', 1);
    const custom = node(model.graph, 'Identity', [model.graph.inputs[0] ?? null], [], 'custom');
    model.graph.setOutputs(node(model.graph, 'Neg', custom.outputs).outputs);
    for (const output of model.graph.outputs) output.type = tensorType('float32');
    expectUntouched(model, rule);
  });

  it('leaves a Transpose in a function whose order comes from the caller', () => {
    const model = tinyModel({ x: [2] }, (b, [x]) => [b.op('Abs', [x ?? null])]);
    const body = new Graph('f', [], []);
    const input = body.newValue('a', tensorType('float32', [2]));
    body.inputs.push(input);
    const perm = { kind: 'other', message: { name: 'perm', refAttrName: 'order', type: 7 } } as const;
    body.setOutputs(node(body, 'Transpose', [input], [['perm', perm]]).outputs);
    const opsetImports = new Map([['', 18]]);
    model.functions.push(defineFunction({ domain: 'f', name: 'f', graph: body, opsetImports }));
    expect(rule.find(takeSurvey(model))).toEqual([]);
  });

  it('leaves values that annotations mention', () => {
    const model = tinyModel({ x: [2] }, (b, [x]) => [b.op('Neg', [b.op('Identity', [x ?? null])])]);
    model.graph.quantizationAnnotations = [{ tensorName: 'identity_out', parameters: new Map() }];
    expectUntouched(model, rule);
  });
});

function truth(value: boolean) {
  return new OrtTensor('bool', Uint8Array.of(Number(value)), []);
}
