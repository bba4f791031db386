import { describe, expect, it } from 'vitest';
import {
  Graph,
  GraphBuilder,
  Model,
  parseModel,
  printGraph,
  printModel,
  printNode,
  Tensor,
  tensorType,
  Value,
} from '../../src/index.ts';
import { tinyModel } from '../support/tiny-model.ts';

const lines = (...text: string[]) => text.join('\n');

describe('printModel', () => {
  it('writes the text syntax of ONNX', () => {
    expect(printModel(tinyModel().model).trimEnd()).toBe(
      lines(
        '<',
        '   ir_version: 10,',
        '   opset_import: ["" : 17]',
        '>',
        'tiny (float[2] x) => (float[2] y)',
        '<',
        '   float[2] w = {1, 2},',
        '   float[2] sum',
        '>',
        '{',
        '   [add] sum = Add (x, w)',
        '   [relu] y = Relu (sum)',
        '}',
      ),
    );
  });

  it('leaves large weights out and names them by their digest, which stays when it is read back', () => {
    const { model, w } = tinyModel();
    w.tensor = Tensor.floats(Float32Array.from({ length: 1000 }, (_, index) => index));
    const text = printModel(model);
    expect(text).toMatch(/w = \{\},? #@ digest: "[0-9a-f]{16}"/);
    const again = parseModel(text);
    expect(printModel(again)).toBe(text);
    const [elided] = [...again.graph.initializers];
    expect(elided?.tensor?.dims).toEqual([1000]);
    expect(() => elided?.tensor?.bytes()).toThrowError(expect.objectContaining({ code: 'weights-elided' }));
    const filled = parseModel(text, { weights: (name) => (name === 'w' ? w.tensor : undefined) });
    expect([...filled.graph.initializers][0]?.tensor?.numbers()[999]).toBe(999);
    expect(printModel(model, { digestBytes: 0 })).not.toContain('digest');
    expect(printModel(model, { inlineElements: 1000 })).toContain('998, 999}');
  });

  it('does not read external weights', () => {
    const { model, w } = tinyModel();
    w.tensor = Tensor.fromExternal('float32', [2], { location: 'missing.bin', offset: '8' }, '/models');
    expect(printModel(model)).toContain('["location": "missing.bin", "offset": "8"]');
  });

  it('prints subgraphs in place, and can leave metadata out', () => {
    const x = new Value('x', tensorType('bool', []));
    const graph = new Graph('main', [x]);
    const builder = new GraphBuilder(graph);
    const type = tensorType('bool', []);
    const branch = builder.subgraph('yes', [], (body) => [{ value: body.op('Not', [x]), type }]);
    const y = builder.op('If', [x], { attributes: { then_branch: branch }, types: [type] });
    graph.setOutputs([y]);
    y.producer?.metadataProps.set('layer', '0');
    const model = new Model(graph, [['', 21]]);
    expect(printModel(model)).toContain('#@ metadata_props: ["layer": "0"]');
    const text = printModel(model, { metadata: false });
    expect([text.includes('then_branch: graph = yes ()'), text.includes('#@ metadata_props')]).toEqual([
      true,
      false,
    ]);
    expect(printModel(parseModel(text), { metadata: false })).toBe(text);
  });

  it('prints and reads 50,000 nodes', () => {
    const x = new Value('x', tensorType('float32', ['n']));
    const graph = new Graph('chain', [x]);
    const builder = new GraphBuilder(graph);
    let value = x;
    for (let index = 0; index < 50_000; index++) value = builder.op('Relu', [value]);
    graph.setOutputs([value]);
    const text = printModel(new Model(graph, [['', 20]]));
    expect(parseModel(text).graph.nodeCount).toBe(50_000);
  });
});

it('graphs and nodes are printed alone', () => {
  const { graph, add } = tinyModel();
  expect(printNode(add)).toBe('[add] sum = Add (x, w)');
  expect(printGraph(graph).startsWith('tiny (float[2] x) => (float[2] y)')).toBe(true);
});
