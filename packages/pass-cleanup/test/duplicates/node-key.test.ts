import { type Attribute, Tensor, type Value } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { nodeKey } from '../../src/duplicates/node-key.ts';
import { node, tinyModel } from '../support/tiny.ts';

const model = tinyModel({ x: [2], y: [2] }, (b, [x]) => [b.op('Abs', [x ?? null])]);
const [x, y] = model.graph.inputs as [Value, Value];
const ids = new Map([x, y].map((value, i) => [value, i]));

function key(opType: string, attributes: Record<string, Attribute> = {}, inputs: (Value | null)[] = [x]) {
  return nodeKey(
    node(model.graph, opType, inputs, Object.entries(attributes)),
    (value) => ids.get(value) ?? -1,
  );
}

const text = (value: string): Attribute => ({ kind: 'string', value: new TextEncoder().encode(value) });

describe('nodeKey', () => {
  it('is the same for the same operator, inputs and attributes in any order', () => {
    const [a, b]: Attribute[] = [
      { kind: 'int', value: 1n },
      { kind: 'float', value: 0.5 },
    ];
    if (!a || !b) throw new Error('two attributes were made');
    expect(key('Op', { a, b })).toBe(key('Op', { b, a }));
    expect(key('Op', { a, b })).not.toBeUndefined();
  });

  it.each<[string, string | undefined, string | undefined]>([
    ['operator', key('Abs'), key('Neg')],
    ['inputs', key('Add', {}, [x, y]), key('Add', {}, [y, x])],
    ['left out inputs', key('Clip', {}, [x, null, y]), key('Clip', {}, [x, y])],
    [
      'attribute values',
      key('Op', { a: { kind: 'int', value: 1n } }),
      key('Op', { a: { kind: 'int', value: 2n } }),
    ],
    [
      'attribute kinds',
      key('Op', { a: { kind: 'int', value: 1n } }),
      key('Op', { a: { kind: 'float', value: 1 } }),
    ],
    ['strings', key('Op', { a: text('ab') }), key('Op', { a: text('ba') })],
    [
      'signs of zero',
      key('Op', { a: { kind: 'float', value: 0 } }),
      key('Op', { a: { kind: 'float', value: -0 } }),
    ],
    [
      'lists',
      key('Op', { a: { kind: 'ints', value: [1n, 2n] } }),
      key('Op', { a: { kind: 'ints', value: [12n] } }),
    ],
    [
      'tensors',
      key('Constant', { value: { kind: 'tensor', value: Tensor.floats([1]) } }),
      key('Constant', { value: { kind: 'tensor', value: Tensor.int64([1]) } }),
    ],
  ])('differs by %s', (_, a, b) => {
    expect(a).not.toBe(b);
  });

  it.each(['Dropout', 'RandomNormal', 'RandomUniformLike', 'Multinomial', 'Bernoulli'])(
    'does not exist for %s',
    (opType) => {
      expect(key(opType)).toBeUndefined();
    },
  );

  it('does not exist for foreign operators and attributes that cannot be compared', () => {
    const foreign = node(model.graph, 'Abs', [x], [], 'custom');
    expect(nodeKey(foreign, () => 0)).toBeUndefined();
    const large = Tensor.floats(new Float32Array(2000));
    expect(key('Constant', { value: { kind: 'tensor', value: large } })).toBeUndefined();
    expect(key('If', { then_branch: { kind: 'graph', value: model.graph } })).toBeUndefined();
  });
});
