import { describe, expect, it } from 'vitest';
import {
  type Attribute,
  Graph,
  Node,
  readModelBytes,
  Tensor,
  Value,
  writeModelBytes,
} from '../../src/index.ts';
import { tinyModel } from '../support/tiny-model.ts';

const body = () => {
  const value = new Value('inner');
  const graph = new Graph('body');
  graph.append(new Node('Constant', [], [value]));
  graph.setOutputs([value]);
  return graph;
};

const made: Attribute[] = [
  { kind: 'float', value: -0 },
  { kind: 'int', value: -(2n ** 63n) },
  { kind: 'string', value: Uint8Array.from([255, 0]) },
  { kind: 'tensor', value: Tensor.floats([1]) },
  { kind: 'floats', value: [Number.POSITIVE_INFINITY, 0.5] },
  { kind: 'ints', value: [2n ** 63n - 1n, 0n] },
  { kind: 'strings', value: [Uint8Array.from([65]), new Uint8Array()] },
  { kind: 'tensors', value: [Tensor.int64([1]), Tensor.bool([true])] },
  { kind: 'graph', value: body() },
  { kind: 'graphs', value: [body(), body()] },
  { kind: 'other', message: { type: 1, refAttrName: 'alpha' } },
];

describe('Attribute', () => {
  it.each(made)('of kind $kind made by a pass comes back as it was', (attribute) => {
    const { model, add } = tinyModel();
    add.setAttribute('attribute', attribute);
    const bytes = writeModelBytes(model);
    const again = readModelBytes(bytes);
    const read = [...again.graph.nodes()][0]?.attributes.get('attribute');
    expect(read?.kind).toBe(attribute.kind);
    if (read?.kind === 'tensor' && attribute.kind === 'tensor') {
      expect(read.value.bytes()).toEqual(attribute.value.bytes());
    } else if (read !== undefined && 'value' in read && !/graph|tensor/.test(read.kind)) {
      expect(read.value).toEqual('value' in attribute ? attribute.value : undefined);
    }
    expect(writeModelBytes(again)).toEqual(bytes);
  });

  it.each([
    ['float', { kind: 'float', value: 0 }],
    ['int', { kind: 'int', value: 0n }],
    ['string', { kind: 'string', value: new Uint8Array() }],
    ['ints', { kind: 'ints', value: [] }],
  ] as [string, Attribute][])('of kind %s keeps its kind with the default value', (kind, attribute) => {
    const { model, add } = tinyModel();
    add.setAttribute('attribute', attribute);
    const [read] = [...readModelBytes(writeModelBytes(model)).graph.nodes()];
    expect(read?.attributes.get('attribute')?.kind).toBe(kind);
  });
});
