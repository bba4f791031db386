import { describe, expect, it } from 'vitest';
import { encodeModel } from '../../src/codec/wire.ts';
import {
  GraphBuilder,
  readModelBytes,
  Tensor,
  tensorType,
  toAttribute,
  Value,
  verify,
} from '../../src/index.ts';
import { tensorFromProto } from '../support/tensor-from-proto.ts';
import { tinyMessage, tinyModel } from '../support/tiny-model.ts';

describe('GraphBuilder', () => {
  it('appends or inserts operators with fresh names and known types', () => {
    const { model, graph, x, relu } = tinyModel();
    const type = tensorType('float32', [2]);
    const builder = new GraphBuilder(graph, { before: relu });
    const product = builder.op('Mul', [x, x], { types: [type], name: 'relu' });
    const [left, right] = builder.ops('Split', [product], 2, { attributes: { axis: 0n } });
    expect([...graph.nodes()].map((node) => node.name)).toEqual(['add', 'relu_1', 'split', 'relu']);
    expect([product.name, product.type, left?.name, right?.name]).toEqual([
      'relu_out',
      type,
      'split_out',
      'split_out_1',
    ]);
    expect(builder.nodes.map((node) => node.opType)).toEqual(['Mul', 'Split']);
    expect(verify(model)).toEqual([]);
  });

  it('makes equal small constants once, and tells types, shapes and strings apart', () => {
    const { graph } = tinyModel();
    const builder = new GraphBuilder(graph);
    const one = builder.int64([1]);
    expect(builder.int64([1])).toBe(one);
    expect(builder.int64([1], [])).not.toBe(one);
    expect(builder.float32([1])).not.toBe(one);
    const strings = ['a', 'b'].map((text) =>
      tensorFromProto({ dims: [1], dataType: 8, stringData: [new TextEncoder().encode(text)] }),
    );
    const [first, second] = strings.map((tensor) => builder.constant(tensor));
    expect(first).not.toBe(second);
    const large = Tensor.floats(new Float32Array(200));
    expect(builder.constant(large)).not.toBe(builder.constant(large));
  });

  it('makes subgraphs whose names and constants fit the model around them', () => {
    const { model, graph, x, y } = tinyModel();
    const builder = new GraphBuilder(graph);
    const type = tensorType('float32', [2]);
    const body = builder.subgraph('then', [{ name: 'x', type }], (inner, [value]) => {
      const sum = inner.op('Add', [value ?? null, y]);
      return [{ value: inner.op('Mul', [sum, inner.float32([3])]), type }];
    });
    expect(body.inputs.map(({ name }) => name)).toEqual(['x_1']);
    expect([body.owner, graph.nodeCount, body.outputs[0]?.type]).toEqual([null, 2, type]);
    builder.op('Loop', [x], { attributes: { body } });
    expect(verify(model)).toEqual([]);
    expect(graph.initializers.size).toBe(2);
  });

  it('leaves nothing in the graph when a subgraph cannot be made', () => {
    const { graph } = tinyModel();
    const failing = () => {
      throw new Error('no such block');
    };
    expect(() => new GraphBuilder(graph).subgraph('then', [], failing)).toThrow('no such block');
    expect(graph.nodeCount).toBe(2);
  });
});

describe('toAttribute', () => {
  it('takes numbers for floats and bigints for ints', () => {
    const { graph } = tinyModel();
    const tensor = Tensor.int64([1]);
    const values = [1, 1n, 'text', [1, 2], [1n], tensor, graph, { kind: 'strings', value: [] }] as const;
    expect(values.map((value) => toAttribute(value).kind)).toEqual([
      'float',
      'int',
      'string',
      'floats',
      'ints',
      'tensor',
      'graph',
      'strings',
    ]);
    expect(toAttribute('größe')).toEqual({ kind: 'string', value: new TextEncoder().encode('größe') });
  });

  it('values of a model that was read can be used at once', () => {
    const model = readModelBytes(encodeModel(tinyMessage()));
    const out = new GraphBuilder(model.graph).op('Neg', [model.graph.outputs[0] ?? new Value('none')]);
    expect(out.producer?.graph).toBe(model.graph);
  });
});
