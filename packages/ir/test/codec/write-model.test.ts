import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeModel, encodeModel } from '../../src/codec/wire.ts';
import {
  Graph,
  GraphBuilder,
  Model,
  Node,
  readModelBytes,
  Tensor,
  tensorType,
  Value,
  verify,
  writeModelBytes,
} from '../../src/index.ts';
import { modelMessage } from '../../src/testing/models/messages.ts';
import { codeOf } from '../support/code-of.ts';
import { floatInfo, floatTensor, tinyBytes, tinyModel } from '../support/tiny-model.ts';

const rewrite = (bytes: Uint8Array) => [...writeModelBytes(readModelBytes(bytes))];

describe('writeModelBytes', () => {
  it('writes the bytes it read, and generated models are valid', () => {
    fc.assert(
      fc.property(modelMessage, (message) => {
        const bytes = encodeModel(message);
        const model = readModelBytes(bytes);
        expect(verify(model)).toEqual([]);
        expect([...writeModelBytes(model)]).toEqual([...bytes]);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps an output that is described among the value infos too, each description its own', () => {
    const bytes = tinyBytes(
      {},
      {
        valueInfo: [{ ...floatInfo('y', ['batch']), metadataProps: [{ key: 'a', value: '1' }] }],
        output: [floatInfo('y', [2])],
      },
    );
    expect(rewrite(bytes)).toEqual([...bytes]);
  });

  it('keeps a subgraph that returns a value of the graph around it', () => {
    const branch = { name: 'then', output: [floatInfo('x', ['rows'])] };
    const attribute = [{ name: 'then_branch', type: 5, g: branch }];
    const bytes = tinyBytes(
      {},
      { node: [{ input: ['x'], output: ['y'], opType: 'If', attribute }], initializer: [] },
    );
    const model = readModelBytes(bytes);
    const [inner] = [...model.graph.nodes()].flatMap((node) => [...node.subgraphs()]);
    expect(inner?.outputs).toEqual([model.graph.inputs[0]]);
    expect([...writeModelBytes(model)]).toEqual([...bytes]);
  });

  it('keeps an input that is an output as well', () => {
    const bytes = tinyBytes({}, { node: [], output: [floatInfo('x', ['n'])] });
    expect(rewrite(bytes)).toEqual([...bytes]);
  });

  it('keeps two initializers of one name apart', () => {
    const bytes = tinyBytes({}, { initializer: [floatTensor('w', [1, 2]), floatTensor('w', [3, 4])] });
    expect(rewrite(bytes)).toEqual([...bytes]);
  });

  it('writes what passes made: values, constants, attributes, opsets, properties', () => {
    const { model, graph, sum, add } = tinyModel();
    const builder = new GraphBuilder(graph, { before: add });
    builder.op('Cast', [sum], { attributes: { to: 1n }, types: [tensorType('float32', ['n', null])] });
    model.opsetImports.set('com.microsoft', 1);
    model.metadataProps.set('made', 'by a pass');
    const message = decodeModel(writeModelBytes(model));
    expect(message.opsetImport?.map(({ domain, version }) => [domain, Number(version)])).toEqual([
      ['', 17],
      ['com.microsoft', 1],
    ]);
    expect(message.metadataProps?.map(({ key, value }) => [key, value])).toEqual([['made', 'by a pass']]);
    const again = readModelBytes(writeModelBytes(model));
    const cast = [...again.graph.nodes()].find((node) => node.is('Cast'));
    expect(cast?.int('to')).toBe(1);
    expect(cast?.outputs[0]?.type).toEqual(tensorType('float32', ['n', null]));
    expect([...writeModelBytes(again)]).toEqual([...writeModelBytes(model)]);
  });

  it('writes a changed value of an attribute that was read, and keeps the rest of its message', () => {
    const attribute = [{ name: 'axis', type: 2, i: 1, docString: 'why' }];
    const bytes = tinyBytes({}, { node: [{ input: ['x'], output: ['y'], opType: 'Softmax', attribute }] });
    const model = readModelBytes(bytes);
    const [node] = [...model.graph.nodes()];
    const before = node?.attributes.get('axis');
    if (node === undefined || before?.kind !== 'int') throw new Error('no such attribute');
    node.setAttribute('axis', { ...before, value: -1n });
    node.setAttribute('renamed', before);
    const written = decodeModel(writeModelBytes(model)).graph?.node?.[0]?.attribute;
    expect(written?.map((a) => [a.name, Number(a.i), a.docString])).toEqual([
      ['axis', -1, 'why'],
      ['renamed', 1, 'why'],
    ]);
  });

  it('keeps the file entries of properties and opsets whose neighbours change', () => {
    const unknown = { $unknowns: [Uint8Array.from([0x98, 6, 1])] };
    const bytes = tinyBytes({
      opsetImport: [{ domain: 'ai.onnx', version: 17, ...unknown }],
      metadataProps: [{ key: 'a', value: '1', ...unknown }],
    });
    const model = readModelBytes(bytes);
    model.metadataProps.set('b', '2');
    model.opsetImports.set('com.microsoft', 1);
    const written = decodeModel(writeModelBytes(model));
    expect(written.metadataProps?.map(({ key, $unknowns }) => [key, $unknowns?.length])).toEqual([
      ['a', 1],
      ['b', undefined],
    ]);
    expect(written.opsetImport?.map(({ domain, $unknowns }) => [domain, $unknowns?.length])).toEqual([
      ['ai.onnx', 1],
      ['com.microsoft', undefined],
    ]);
  });

  it('turns constants that a pass put into a function into Constant nodes', () => {
    const definition = { name: 'f', domain: 'local', input: ['a'], output: ['b'] };
    const node = [{ input: ['a'], output: ['b'], opType: 'Relu' }];
    const model = readModelBytes(
      tinyBytes({ functions: [{ ...definition, opsetImport: [{ version: 17 }], node }] }),
    );
    const graph = model.functions[0]?.graph ?? new Graph('');
    const [relu] = [...graph.nodes()];
    relu?.setInput(1, new GraphBuilder(graph).float32([1, 2]));
    const again = readModelBytes(writeModelBytes(model)).functions[0]?.graph ?? new Graph('');
    expect([...again.nodes()].map((n) => n.opType)).toEqual(['Constant', 'Relu']);
    expect([...again.nodes()][1]?.inputs[1]?.producer?.tensor('value')?.numbers()).toEqual(
      Float64Array.from([1, 2]),
    );
  });

  it('writes new names of sparse initializers and does not describe a promoted output twice', () => {
    const sparse = { values: floatTensor('s', [3]), indices: { dims: [1], dataType: 7, int64Data: [0] } };
    const bytes = tinyBytes(
      {},
      {
        sparseInitializer: [{ ...sparse, dims: [4] }],
        node: [
          { input: ['x', 's'], output: ['h'], opType: 'Add' },
          { input: ['h'], output: ['y'], opType: 'Identity' },
        ],
        valueInfo: [floatInfo('h')],
      },
    );
    const model = readModelBytes(bytes);
    const [value] = model.graph.sparseInitializers.map((one) => one.value);
    if (value) value.name = 'renamed';
    const [add, identity] = [...model.graph.nodes()];
    if (!add?.outputs[0] || !identity?.outputs[0]) throw new Error('nodes are missing');
    model.graph.replace(identity.outputs[0], add.outputs[0]);
    model.graph.remove(identity);
    const graph = decodeModel(writeModelBytes(model)).graph;
    expect(graph?.sparseInitializer?.[0]?.values?.name).toBe('renamed');
    expect(graph?.node?.map((n) => [n.input, n.output])).toEqual([[['x', 'renamed'], ['y']]]);
    expect(graph?.valueInfo).toEqual([]);
  });

  it('refuses subgraphs that nest too deeply to be encoded', () => {
    let inner = new Graph('inner');
    for (let depth = 0; depth < 60; depth++) {
      const graph = new Graph(`level ${depth}`);
      graph.append(
        new Node('If', [], [new Value(`v${depth}`)], {
          attributes: [['then_branch', { kind: 'graph', value: inner }]],
        }),
      );
      inner = graph;
    }
    expect(codeOf(() => writeModelBytes(new Model(inner, [['', 17]])))).toBe('unsupported-model');
  });

  it('does not write types that only carry a kind', () => {
    const { model, sum } = tinyModel();
    sum.type = { kind: 'unknown' };
    const graph = decodeModel(writeModelBytes(model)).graph;
    expect(graph?.valueInfo).toEqual([]);
  });

  it('shares tensor bytes with the file', () => {
    const bytes = tinyBytes();
    const [w] = [...readModelBytes(bytes).graph.initializers];
    expect(w?.tensor?.bytes().buffer).toBe(bytes.buffer);
    expect(w?.tensor).toBeInstanceOf(Tensor);
  });
});
