import onnxProto from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { fromProto, readModelBytes, toProto, verify, writeModelBytes } from '../../src/index.ts';
import { codeOf } from '../support/code-of.ts';
import { tinyModel } from '../support/tiny-model.ts';

const { onnx } = onnxProto;
const { DataType } = onnx.TensorProto;
const { AttributeType } = onnx.AttributeProto;
const type = {
  tensorType: { elemType: DataType.FLOAT, shape: { dim: [{ dimValue: 2 }, { dimParam: 'n' }] } },
};
const text = (value: string) => new TextEncoder().encode(value);

/** A model as another implementation of the format sees it. */
const proto = onnx.ModelProto.create({
  irVersion: 8,
  producerName: 'oracle',
  opsetImport: [
    { domain: '', version: 15 },
    { domain: 'com.microsoft', version: 1 },
  ],
  metadataProps: [{ key: 'k', value: 'v' }],
  graph: {
    name: 'g',
    docString: 'doc',
    input: [{ name: 'x', type }],
    output: [{ name: 'y', type }],
    initializer: [
      { name: 'w', dims: [2, 1], dataType: DataType.FLOAT, floatData: [0.5, -1] },
      { name: 'axes', dims: [2], dataType: DataType.INT64, int64Data: [-1, 2] },
      { name: 'h', dims: [1], dataType: DataType.FLOAT16, int32Data: [0x3c00] },
    ],
    node: [
      {
        opType: 'If',
        name: 'choice',
        input: ['x'],
        output: ['m'],
        attribute: ['then_branch', 'else_branch'].map((name) => ({
          name,
          type: AttributeType.GRAPH,
          g: {
            name,
            node: [{ opType: 'Mul', input: ['x', 'w'], output: [name] }],
            output: [{ name, type }],
          },
        })),
      },
      {
        opType: 'Custom',
        domain: 'com.microsoft',
        input: ['m', '', 'axes'],
        output: ['y'],
        attribute: [
          { name: 'alpha', type: AttributeType.FLOAT, f: 0.25 },
          { name: 'axis', type: AttributeType.INT, i: -1 },
          { name: 'mode', type: AttributeType.STRING, s: text('linear') },
          { name: 'pads', type: AttributeType.INTS, ints: [0, 1] },
          { name: 'scales', type: AttributeType.FLOATS, floats: [1, 2] },
          { name: 'keys', type: AttributeType.STRINGS, strings: [text('a'), text('b')] },
          {
            name: 'value',
            type: AttributeType.TENSOR,
            t: { dims: [1], dataType: DataType.INT8, rawData: Uint8Array.from([255]) },
          },
        ],
      },
    ],
  },
});

describe('onnx-proto as an independent reader and writer', () => {
  it('what it encodes is read with the same structure', () => {
    const model = readModelBytes(onnx.ModelProto.encode(proto).finish());
    const [choice, custom] = [...model.graph.nodes()];
    expect(verify(model)).toEqual([]);
    expect([model.irVersion, [...model.opsetImports], [...model.metadataProps]]).toEqual([
      8,
      [
        ['', 15],
        ['com.microsoft', 1],
      ],
      [['k', 'v']],
    ]);
    expect(model.graph.inputs[0]?.type).toEqual({ kind: 'tensor', elementType: 'float32', shape: [2, 'n'] });
    expect(
      [...model.graph.initializers].map(({ name, tensor }) => [name, [...(tensor?.numbers() ?? [])]]),
    ).toEqual([
      ['w', [0.5, -1]],
      ['axes', [-1, 2]],
      ['h', [1]],
    ]);
    expect(choice?.subgraph('else_branch')?.outputs[0]?.producer?.inputs).toEqual([
      model.graph.inputs[0],
      [...model.graph.initializers][0],
    ]);
    expect(custom?.inputs.map((value) => value?.name)).toEqual(['m', undefined, 'axes']);
    expect([
      custom?.float('alpha'),
      custom?.int('axis'),
      custom?.string('mode'),
      custom?.ints('pads'),
    ]).toEqual([0.25, -1, 'linear', [0, 1]]);
    expect(custom?.tensor('value')?.numbers()).toEqual(Float64Array.from([-1]));
  });

  it('reads what is written as the object it started from', () => {
    const written = onnx.ModelProto.decode(writeModelBytes(fromProto(proto)));
    const plain = (message: InstanceType<typeof onnx.ModelProto>) =>
      onnx.ModelProto.toObject(message, { longs: String, bytes: Array });
    expect(plain(written)).toEqual(plain(onnx.ModelProto.decode(onnx.ModelProto.encode(proto).finish())));
    expect(plain(toProto(fromProto(proto)))).toEqual(plain(written));
  });

  it('sees the same structure in a model made with the graph', () => {
    const message = toProto(tinyModel().model);
    expect(onnx.ModelProto.verify(message)).toBeNull();
    expect(message.graph?.node?.map((node) => [node.opType, node.input, node.output])).toEqual([
      ['Add', ['x', 'w'], ['sum']],
      ['Relu', ['sum'], ['y']],
    ]);
    expect(message.graph?.initializer?.map(({ name }) => name)).toEqual(['w']);
  });

  it('objects without a graph or an IR version are refused', () => {
    expect(codeOf(() => fromProto({}))).toBe('not-onnx');
    expect(codeOf(() => fromProto({ irVersion: 8 }))).toBe('not-onnx');
  });
});
