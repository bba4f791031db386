import { describe, expect, it } from 'vitest';
import type { Message, ModelProto, TensorProto, TypeProto } from '../../src/codec/messages.ts';
import { onnxRoot } from '../../src/codec/schema.ts';
import { encodeModel } from '../../src/codec/wire.ts';
import { readModelBytes, writeModelBytes } from '../../src/index.ts';

/** Field 99 of wire type 0, which no version of ONNX defines. */
const $unknowns = [Uint8Array.from([0x98, 6, 42])];
const properties = [{ key: 'k', value: 'v', $unknowns }];
const shape = {
  dim: [{ dimValue: 2, denotation: 'DATA_BATCH', $unknowns }, { dimParam: 'n' }, {}],
  $unknowns,
};
const dense: TypeProto = { tensorType: { elemType: 1, shape, $unknowns }, denotation: 'IMAGE', $unknowns };

const types: TypeProto[] = [
  dense,
  { sparseTensorType: { elemType: 1, shape, $unknowns } },
  { sequenceType: { elemType: dense, $unknowns } },
  { mapType: { keyType: 7, valueType: dense, $unknowns } },
  { optionalType: { elemType: { sequenceType: { elemType: dense } }, $unknowns } },
  { opaqueType: { domain: 'd', name: 'n', $unknowns } },
];

const tensor: Required<Omit<TensorProto, '$unknowns'>> & Message = {
  dims: [1],
  dataType: 1,
  segment: { begin: 0, end: 1 } as Message,
  floatData: [1.5],
  int32Data: [-1],
  stringData: [Uint8Array.from([255])],
  int64Data: [-2],
  name: 't',
  rawData: Uint8Array.from([0, 0, 128, 63]),
  doubleData: [0.1],
  uint64Data: [3],
  docString: 'doc',
  externalData: properties,
  dataLocation: 0,
  metadataProps: properties,
  $unknowns,
};

const sparse = {
  values: { ...tensor, name: 's' },
  indices: { dims: [1], dataType: 7, int64Data: [0] },
  dims: [4],
  $unknowns,
};
const body = { name: 'body', docString: 'of an If', output: [{ name: 'x', type: dense }], $unknowns };
const doc = { docString: 'doc', $unknowns };

const attribute = [
  { name: 'f', type: 1, f: 0.5, ...doc },
  { name: 'i', type: 2, i: -3, ...doc },
  { name: 's', type: 3, s: Uint8Array.from([1]), ...doc },
  { name: 't', type: 4, t: tensor, ...doc },
  { name: 'g', type: 5, g: body, ...doc },
  { name: 'floats', type: 6, floats: [1, 2], ...doc },
  { name: 'ints', type: 7, ints: [1, -2], ...doc },
  { name: 'strings', type: 8, strings: [Uint8Array.from([2])], ...doc },
  { name: 'tensors', type: 9, tensors: [tensor], ...doc },
  { name: 'graphs', type: 10, graphs: [body, body], ...doc },
  { name: 'sparse', type: 11, sparseTensor: sparse, ...doc },
  { name: 'sparses', type: 12, sparseTensors: [sparse], ...doc },
  { name: 'tp', type: 13, tp: dense, ...doc },
  { name: 'tps', type: 14, typeProtos: types, ...doc },
  { name: 'ref', type: 1, refAttrName: 'alpha', ...doc },
  { name: 'later', type: 77, ...doc },
];

const sharding = {
  tensorName: 'x',
  device: [0, 1],
  indexToDeviceGroupMap: [{ key: 0, value: [0, 1], $unknowns }],
  shardedDim: [{ axis: 0, simpleSharding: [{ dimParam: 'n', numShards: 2, $unknowns }], $unknowns }],
  $unknowns,
};

const node = {
  input: ['x', '', 'w'],
  output: ['y', '', 'z'],
  name: 'node',
  opType: 'Custom',
  attribute,
  docString: 'doc',
  domain: 'com.example',
  overload: 'v2',
  metadataProps: properties,
  deviceConfigurations: [
    { configurationId: 'c', shardingSpec: [sharding], pipelineStage: 1, $unknowns } as Message,
  ],
  $unknowns,
};

const everything: ModelProto = {
  irVersion: 14,
  producerName: 'p',
  producerVersion: '1',
  domain: 'com.example',
  modelVersion: 3,
  docString: 'doc',
  graph: {
    node: [node],
    name: 'graph',
    initializer: [{ ...tensor, name: 'w' }],
    docString: 'doc',
    input: types.map((type, index) => ({
      name: index === 0 ? 'x' : `x${index}`,
      type,
      metadataProps: properties,
      ...doc,
    })),
    output: [{ name: 'y', type: dense, metadataProps: properties, ...doc }],
    valueInfo: [{ name: 'z', type: dense, metadataProps: properties, ...doc }],
    quantizationAnnotation: [
      { tensorName: 'x', quantParameterTensorNames: properties, $unknowns } as Message,
    ],
    sparseInitializer: [sparse],
    metadataProps: properties,
    $unknowns,
  },
  opsetImport: [
    { domain: '', version: 25, $unknowns },
    { domain: 'com.example', version: 1 },
  ],
  metadataProps: properties,
  trainingInfo: [
    {
      initialization: body,
      algorithm: body,
      initializationBinding: properties,
      updateBinding: properties,
      $unknowns,
    } as Message,
  ],
  functions: [
    {
      name: 'Custom',
      input: ['a'],
      output: ['b'],
      attribute: ['alpha'],
      node: [{ input: ['a'], output: ['b'], opType: 'Relu', $unknowns }],
      docString: 'doc',
      opsetImport: [{ domain: '', version: 25 }],
      domain: 'com.example',
      attributeProto: [{ name: 'beta', type: 1, f: 0.5, $unknowns }],
      valueInfo: [{ name: 'a', type: dense, $unknowns }],
      overload: 'v2',
      metadataProps: properties,
      $unknowns,
    },
  ],
  configuration: [{ name: 'c', numDevices: 2, device: ['a', 'b'], $unknowns } as Message],
  $unknowns,
};

describe('messages', () => {
  it('name every field of the schema that the graph IR looks at', () => {
    const sets: [string, object][] = [
      ['ModelProto', everything],
      ['GraphProto', everything.graph ?? {}],
      ['NodeProto', node],
      ['TensorProto', tensor],
      ['FunctionProto', everything.functions?.[0] ?? {}],
      ['AttributeProto', Object.assign({}, ...attribute)],
      ['TypeProto', Object.assign({}, ...types)],
    ];
    for (const [name, fields] of sets) {
      const known = onnxRoot.lookupType(`onnx.${name}`).fieldsArray.map((field) => field.name);
      expect([
        name,
        Object.keys(fields)
          .filter((key) => key !== '$unknowns')
          .sort(),
      ]).toEqual([name, known.sort()]);
    }
  });

  it('come back byte for byte with every field of IR version 14 and unknown fields at every level', () => {
    const bytes = encodeModel(everything);
    const unknownFields = Buffer.from(bytes).toString('latin1').split('\x98\x06\x2a').length - 1;
    expect(unknownFields).toBeGreaterThan(100);
    expect([...writeModelBytes(readModelBytes(bytes))]).toEqual([...bytes]);
  });
});
