import { describe, expect, it } from 'vitest';
import {
  type AttributeValue,
  constantIntegers,
  constantScalar,
  constantTensor,
  Graph,
  GraphBuilder,
  Tensor,
  Value,
} from '../../src/index.ts';
import { tensorFromProto } from '../support/tensor-from-proto.ts';

const constant = (attributes: Record<string, AttributeValue>) =>
  new GraphBuilder(new Graph('g')).op('Constant', [], { attributes });
const initializer = (tensor: Tensor) => new Graph('g').addInitializer(new Value('c'), tensor);

describe('constantTensor', () => {
  it('sees initializers and every numeric form of Constant', () => {
    const cases: [Value, string, number[], number[]][] = [
      [initializer(Tensor.floats([1, 2])), 'float32', [2], [1, 2]],
      [constant({ value: Tensor.floats([3], [], 'float16') }), 'float16', [], [3]],
      [constant({ value_float: 0.5 }), 'float32', [], [0.5]],
      [constant({ value_floats: [1, 2] }), 'float32', [2], [1, 2]],
      [constant({ value_int: 7n }), 'int64', [], [7]],
      [constant({ value_ints: [1n, -1n] }), 'int64', [2], [1, -1]],
    ];
    for (const [value, type, dims, numbers] of cases) {
      const tensor = constantTensor(value);
      expect([tensor?.dataType, tensor?.dims, [...(tensor?.numbers() ?? [])]]).toEqual([type, dims, numbers]);
    }
  });

  it('sees nothing in inputs, computed values, overridable initializers and strings of Constant', () => {
    const overridable = initializer(Tensor.floats([1]));
    overridable.overridable = true;
    const computed = new GraphBuilder(new Graph('g')).op('Relu', [overridable]);
    const foreign = new GraphBuilder(new Graph('g')).op('Constant', [], {
      domain: 'com.example',
      attributes: { value_float: 1 },
    });
    const values = [
      null,
      undefined,
      new Value('x'),
      overridable,
      computed,
      foreign,
      constant({ value_string: 'a' }),
    ];
    expect(values.map(constantTensor)).toEqual(values.map(() => undefined));
  });
});

describe('constantScalar', () => {
  it('is the number of one element, of any shape', () => {
    expect(constantScalar(initializer(Tensor.floats([2.5], [1, 1])))).toBe(2.5);
    expect(constantScalar(constant({ value_int: -1n }))).toBe(-1);
    expect(constantScalar(initializer(Tensor.floats([1, 2])))).toBeUndefined();
    const text = tensorFromProto({ dims: [1], dataType: 8, stringData: [new Uint8Array()] });
    expect(constantScalar(initializer(text))).toBeUndefined();
  });
});

describe('constantIntegers', () => {
  it('is a short list of int64 or int32', () => {
    expect(constantIntegers(constant({ value_ints: [1n, -1n] }))).toEqual([1, -1]);
    expect(constantIntegers(initializer(Tensor.fromBytes('int32', [1], Uint8Array.of(2, 0, 0, 0))))).toEqual([
      2,
    ]);
    expect(constantIntegers(initializer(Tensor.floats([1])))).toBeUndefined();
    expect(constantIntegers(initializer(Tensor.int64(Array.from({ length: 65 }, () => 0))))).toBeUndefined();
  });
});
