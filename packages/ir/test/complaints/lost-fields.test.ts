import onnxProto from 'onnx-proto';
import { describe, expect, it, test } from 'vitest';
import type { ModelProto } from '../../src/codec/messages.ts';
import { decodeModel, encodeModel } from '../../src/codec/wire.ts';
import {
  bitsPerElement,
  DATA_TYPES,
  type DataType,
  Node,
  parseModel,
  printModel,
  readModelBytes,
  Tensor,
  writeModelBytes,
} from '../../src/index.ts';
import { floatInfo, floatTensor, tinyBytes, tinyMessage, tinyModel } from '../support/tiny-model.ts';

const { onnx } = onnxProto;
const properties = [{ key: 'origin', value: 'layer.0' }];
const add = { input: ['x', 'w'], output: ['y'], name: 'add', opType: 'Add' };
const twice = {
  name: 'Twice',
  domain: 'local',
  input: ['a'],
  output: ['b'],
  node: [{ input: ['a', 'a'], output: ['b'], opType: 'Add' }],
  opsetImport: [{ domain: '', version: 17 }],
};
const sharding = { configurationId: 'two-devices', pipelineStage: 1 } as object;

/** The fields of ONNX 1.23 that the package knows nothing of, each in a model of its own. */
const FIELDS: readonly (readonly [string, ModelProto])[] = [
  ['NodeProto.overload', tinyMessage({}, { node: [{ ...add, overload: 'v2' }] })],
  ['NodeProto.metadata_props', tinyMessage({}, { node: [{ ...add, metadataProps: properties }] })],
  [
    'NodeProto.device_configurations',
    tinyMessage({}, { node: [{ ...add, deviceConfigurations: [sharding] }] }),
  ],
  [
    'ValueInfoProto.metadata_props',
    tinyMessage({}, { input: [{ ...floatInfo('x'), metadataProps: properties }] }),
  ],
  ['GraphProto.metadata_props', tinyMessage({}, { metadataProps: properties })],
  [
    'TensorProto.metadata_props',
    tinyMessage({}, { initializer: [{ ...floatTensor('w', [1, 2]), metadataProps: properties }] }),
  ],
  [
    'FunctionProto.attribute_proto',
    tinyMessage({ functions: [{ ...twice, attributeProto: [{ name: 'alpha', type: 1, f: 0.5 }] }] }),
  ],
  ['FunctionProto.value_info', tinyMessage({ functions: [{ ...twice, valueInfo: [floatInfo('a')] }] })],
  ['FunctionProto.overload', tinyMessage({ functions: [{ ...twice, overload: 'v2' }] })],
  ['FunctionProto.metadata_props', tinyMessage({ functions: [{ ...twice, metadataProps: properties }] })],
  [
    'ModelProto.configuration',
    tinyMessage({ configuration: [{ name: 'two-devices', numDevices: 2 } as object] }),
  ],
  [
    'TypeProto.opaque_type',
    tinyMessage({}, { input: [{ name: 'x', type: { opaqueType: { domain: 'd', name: 'n' } } }] }),
  ],
];

describe('onnx-proto 8.0.1: fields of later versions are dropped without a word', () => {
  it.each(FIELDS)('%s comes back, also where everything around it has changed', (_, message) => {
    const bytes = encodeModel(message);
    const dropped = onnx.ModelProto.encode(onnx.ModelProto.decode(bytes)).finish();
    expect(onnx.ModelProto.toObject(onnx.ModelProto.decode(dropped))).not.toEqual(decodeModel(bytes));
    const model = readModelBytes(bytes);
    expect([...writeModelBytes(model)]).toEqual([...bytes]);
    model.graph.name = 'renamed';
    for (const node of model.graph.nodes()) node.name = 'renamed';
    for (const value of model.graph.initializers) value.name = 'renamed';
    const expected = structuredClone(message);
    const { graph = {} } = expected;
    graph.name = 'renamed';
    for (const node of graph.node ?? []) {
      node.name = 'renamed';
      node.input = ['x', 'renamed'];
    }
    for (const tensor of graph.initializer ?? []) tensor.name = 'renamed';
    expect([...writeModelBytes(model)]).toEqual([...encodeModel(expected)]);
  });

  it('a function keeps its default attributes and overloads as something to work with', () => {
    const attributeProto = [{ name: 'alpha', type: 1, f: 0.5 }];
    const functions = [{ ...twice, overload: 'v2', attributeProto }];
    const [made] = readModelBytes(tinyBytes({ functions })).functions;
    expect(made?.overload).toBe('v2');
    expect(made?.attributeDefaults.get('alpha')).toMatchObject({ kind: 'float', value: 0.5 });
  });
});

const LATER_TYPES: readonly (readonly [DataType, number, number])[] = [
  ['float8e4m3fn', 17, 8],
  ['float8e4m3fnuz', 18, 8],
  ['float8e5m2', 19, 8],
  ['float8e5m2fnuz', 20, 8],
  ['uint4', 21, 4],
  ['int4', 22, 4],
  ['float4e2m1', 23, 4],
  ['float8e8m0', 24, 8],
  ['uint2', 25, 2],
  ['int2', 26, 2],
  ['float6e2m3', 27, 6],
  ['float6e3m2', 28, 6],
];

test.each(LATER_TYPES)('onnx-proto 8.0.1: data type %s has no name and no size', (type, number, bits) => {
  expect(Object.values(onnx.TensorProto.DataType)).not.toContain(number);
  expect([DATA_TYPES[type], bitsPerElement(type)]).toEqual([number, bits]);
  const { model, graph } = tinyModel();
  const bytes = Uint8Array.from({ length: bits }, (_, index) => 16 * index + 1);
  graph.addInitializer(graph.newValue('quantized'), Tensor.fromBytes(type, [8], bytes));
  const tensor = [...readModelBytes(writeModelBytes(model)).graph.initializers].at(-1)?.tensor;
  expect([tensor?.dataType, [...(tensor?.bytes() ?? [])]]).toEqual([type, [...bytes]]);
  expect(tensor?.numbers()).toHaveLength(8);
});

test('onnx-proto 8.0.1: 64-bit integers come as Long objects, or lose what is beyond 2^53', () => {
  const most = 2n ** 63n - 1n;
  const { model, graph, x } = tinyModel();
  const ends = graph.addInitializer(graph.newValue('ends'), Tensor.int64([most]));
  const slice = graph.append(new Node('Slice', [x, ends, ends], [graph.newValue('cut')]));
  slice.setAttribute('ends', { kind: 'ints', value: [most, -most - 1n] });
  for (const again of [readModelBytes(writeModelBytes(model)), parseModel(printModel(model))]) {
    const node = [...again.graph.nodes()].at(-1);
    expect(node?.attributes.get('ends')).toMatchObject({ value: [most, -most - 1n] });
    expect(node?.input(1)?.tensor?.bigints()).toEqual([most]);
    expect([again.irVersion, again.opset, node?.input(0)?.shape]).toEqual([10, 17, [2]]);
  }
});

describe('protobufjs #2310, #2209, #775: unknown fields are discarded by default', () => {
  it('and are kept here, through structured changes too', () => {
    const unknown = Uint8Array.from([0x98, 6, 42]);
    const $unknowns = [unknown];
    const node = [{ ...add, $unknowns }];
    const bytes = tinyBytes({ $unknowns }, { node, $unknowns });
    const model = readModelBytes(bytes);
    for (const each of model.graph.nodes()) each.setAttribute('axis', { kind: 'int', value: 1n });
    const written = Buffer.from(writeModelBytes(model));
    expect(written.length).toBeGreaterThan(bytes.length);
    expect(written.toString('latin1').split(Buffer.from(unknown).toString('latin1'))).toHaveLength(4);
  });
});

test('onnx-proto 8.0.1: dims are packed when written again, so that bytes differ though nothing has changed', () => {
  const unpacked = tinyBytes({}, { initializer: [{ ...floatTensor('w', [1, 2, 3, 4]), dims: [2, 2] }] });
  const packed = onnx.ModelProto.encode(onnx.ModelProto.decode(unpacked)).finish();
  expect(Buffer.compare(packed, unpacked)).not.toBe(0);
  for (const bytes of [unpacked, Uint8Array.from(packed)]) {
    const model = readModelBytes(bytes);
    expect([...writeModelBytes(model)]).toEqual([...bytes]);
    expect([...model.graph.initializers][0]?.tensor?.dims).toEqual([2, 2]);
  }
});
