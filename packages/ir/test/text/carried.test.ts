import { describe, expect, it } from 'vitest';
import { decodeModel, encodeModel } from '../../src/codec/wire.ts';
import {
  Graph,
  Model,
  Node,
  parseModel,
  printModel,
  readModelBytes,
  SenteiError,
  Tensor,
  tensorType,
  Value,
  writeModelBytes,
} from '../../src/index.ts';
import {
  annotationsOf,
  carriedByTensor,
  configurationOf,
  describeOutput,
  describeValue,
  devicesOf,
  docStringOfAttribute,
  docStringOfFunction,
  documented,
  modelVersionOf,
  propertiesOf,
  propertiesOfNode,
  trainingOf,
} from '../../src/text/carried.ts';
import { floatInfo, floatTensor, tinyBytes } from '../support/tiny-model.ts';

const TEXT = `<
   ir_version: 11,
   opset_import: ["" : 20],
   model_version: -9223372036854775808
> #@ training_info: [{"initializationBinding":[{"key":"a","value":"b"}]}], configuration: [{"name":"two","numDevices":2}]
g () => (y) #@ quantization_annotation: [{"tensorName":"y"}]
{
   y = Op () <
      a: int = 1 #@ attribute_doc_string: "attribute"
   > #@ doc_string: "node", metadata_props: ["k": "v"], device_configurations: [{"configurationId":"two","pipelineStage":1}]
}

<
   domain: "d",
   opset_import: ["" : 20],
   doc_string: "function"
>
f <alpha, beta: float = 0.5> (x) => (y)
{
   y = Op (x)
}
`;

// Through the binary form too: what the parser makes has to be what the codec reads.
describe.each([
  ['read from a text', () => parseModel(TEXT)],
  ['read from a file', () => readModelBytes(writeModelBytes(parseModel(TEXT)))],
])('a model %s', (_, make) => {
  it('carries what the graph does not model', () => {
    const model = make();
    const [node] = model.graph.nodes();
    const [definition] = model.functions;
    const [attribute] = node?.attributes.values() ?? [];
    if (node === undefined || definition === undefined || attribute === undefined)
      throw new Error('incomplete');
    expect(modelVersionOf(model)).toBe(-(2n ** 63n));
    expect(trainingOf(model)).toHaveLength(1);
    expect(configurationOf(model)).toEqual([expect.objectContaining({ name: 'two', numDevices: 2 })]);
    expect(annotationsOf(model.graph)).toEqual([expect.objectContaining({ tensorName: 'y' })]);
    expect(devicesOf(node)).toEqual([expect.objectContaining({ configurationId: 'two', pipelineStage: 1 })]);
    expect([...propertiesOfNode(node)]).toEqual([['k', 'v']]);
    expect(docStringOfAttribute(attribute)).toBe('attribute');
    expect(docStringOfFunction(definition)).toBe('function');
    expect(printModel(model)).toBe(TEXT);
  });
});

it('models made in memory carry nothing', () => {
  const node = new Node('Op', [], []);
  const model = new Model(new Graph('g', []), []);
  const lists = [trainingOf(model), configurationOf(model), annotationsOf(model.graph), devicesOf(node)];
  expect(lists).toEqual([[], [], [], []]);
  expect(modelVersionOf(model)).toBe(0n);
  expect(docStringOfAttribute({ kind: 'int', value: 1n })).toBe('');
});

it('a model version of another wire type is none', () => {
  const bytes = encodeModel({ ...decodeModel(tinyBytes()), $unknowns: [Uint8Array.of(0x2a, 1, 7)] });
  expect(modelVersionOf(readModelBytes(bytes))).toBe(0n);
});

describe('attributes with a doc string', () => {
  it('are written with the value they have', () => {
    const attribute = { kind: 'int', value: 5n, ...documented('a', 2, 'doc') } as const;
    const graph = new Graph('g', []);
    graph.append(new Node('Op', [], [], { attributes: [['a', attribute]] }));
    const written = decodeModel(writeModelBytes(new Model(graph, [['', 20]])));
    const [message] = written.graph?.node?.[0]?.attribute ?? [];
    expect([message?.docString, `${message?.i}`, message?.type]).toEqual(['doc', '5', 2]);
  });

  it('are plain ones without it', () => {
    expect(documented('a', 2, '')).toEqual({});
  });
});

describe('tensors', () => {
  it('carry name and doc string of the file, external data unread', () => {
    const message = {
      ...floatTensor('w', []),
      dims: [2],
      docString: 'doc',
      dataLocation: 1,
      externalData: [{ key: 'location', value: 'missing.bin' }],
    };
    const model = readModelBytes(tinyBytes({}, { initializer: [message] }), { folder: '.' });
    const [value] = model.graph.initializers;
    const carried = value?.tensor && carriedByTensor(value.tensor);
    expect(carried).toMatchObject({ name: 'w', docString: 'doc', isElided: false, digest: undefined });
    expect([...(carried?.externalData ?? [])]).toEqual([['location', 'missing.bin']]);
  });

  it('of texts carry bytes that are no UTF-8', () => {
    const message = { name: 'w', dims: [1], dataType: 8, stringData: [Uint8Array.of(0xff)] };
    const [value] = readModelBytes(tinyBytes({}, { initializer: [message] })).graph.initializers;
    const carried = value?.tensor && carriedByTensor(value.tensor);
    expect(carried?.strings?.map((text) => [...text])).toEqual([[0xff]]);
  });

  it('made in memory carry their metadata alone', () => {
    const carried = carriedByTensor(Tensor.floats([1]).withMetadata(new Map([['k', 'v']])));
    expect(carried).toMatchObject({ name: '', docString: '', strings: undefined, externalData: undefined });
    expect([...carried.metadataProps]).toEqual([['k', 'v']]);
  });

  it('without elements are elided, also under other metadata', () => {
    const absent = Tensor.absent('float32', [2], () => new SenteiError('weights-elided', 'left out'));
    expect(carriedByTensor(absent)).toMatchObject({ isElided: true });
    expect(carriedByTensor(absent.withMetadata(new Map([['k', 'v']])))).toMatchObject({ isElided: true });
  });
});

describe('values', () => {
  it('are described by the file until their type changes', () => {
    const info = floatInfo('x');
    const denoted = { ...info, docString: 'doc', type: { ...info.type, denotation: 'IMAGE' } };
    const [x] = readModelBytes(tinyBytes({}, { input: [denoted] })).graph.inputs;
    if (x === undefined) throw new Error('no input');
    expect(describeValue(x)).toMatchObject({ docString: 'doc', type: { denotation: 'IMAGE' } });
    x.type = tensorType('int64', []);
    const changed = describeValue(x);
    expect(changed).toMatchObject({ docString: 'doc', type: { tensorType: { elemType: 7 } } });
    expect(changed.type?.denotation).toBeFalsy();
  });

  it('are described a second time where a graph returns them', () => {
    const input = [{ ...floatInfo('x'), docString: 'in' }];
    const output = [{ ...floatInfo('x'), docString: 'out' }];
    const { graph } = readModelBytes(tinyBytes({}, { input, output }));
    const [x] = graph.outputs;
    if (x === undefined) throw new Error('no output');
    expect([describeValue(x).docString, describeOutput(graph, x).docString]).toEqual(['in', 'out']);
  });

  it('made in memory are described by their type', () => {
    const untyped = describeValue(new Value('x'));
    expect(untyped).toEqual({ type: undefined, docString: '', metadataProps: new Map() });
    const { type } = describeValue(new Value('x', tensorType('bool')));
    expect(type).toMatchObject({ tensorType: { elemType: 9 } });
  });
});

it('of metadata with one key the last counts', () => {
  const entries = [{ key: 'a', value: '1' }, { value: 'x' }, { key: 'a', value: '2' }];
  expect([...propertiesOf(entries)]).toEqual([
    ['a', '2'],
    ['', 'x'],
  ]);
  expect(propertiesOf(undefined).size).toBe(0);
});
