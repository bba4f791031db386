import { DATA_TYPES, type DataType, Tensor } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { cast } from '../../src/folding/cast.ts';
import { computed, folded, operatorModel } from '../support/operator.ts';

const to = (type: DataType) => ({ to: BigInt(DATA_TYPES[type]) });

describe('cast', () => {
  it.each<[string, Tensor, DataType]>([
    ['rounds', Tensor.floats([0.1, 1e300, -0], [3], 'float64'), 'float32'],
    ['widens', Tensor.floats([0.1, 65504], [2], 'float16'), 'float32'],
    ['narrows exactly', Tensor.floats([0.5, -2]), 'float16'],
    ['cuts off', Tensor.floats([1.9, -1.9, -0.5]), 'int64'],
    ['turns integers into floats', Tensor.int64([1, -5]), 'float32'],
    ['wraps', Tensor.int64([2 ** 32 + 3]), 'int32'],
    ['turns numbers into truth', Tensor.floats([0, -0, 0.1, Number.NaN]), 'bool'],
    ['turns truth into numbers', Tensor.bool([true, false]), 'int64'],
  ])('%s as ONNX Runtime does', async (_, tensor, type) => {
    const operator = { op: 'Cast', inputs: [tensor], attributes: to(type) };
    const result = folded(operator);
    expect(result?.dataType).toBe(type);
    const reference = await computed(operator, type);
    expect([...(result?.numbers() ?? [])]).toEqual(reference?.data);
  });

  it.each<[string, Tensor, DataType]>([
    ['floats beyond the integer type', Tensor.floats([1e10]), 'int32'],
    ['NaN to integers', Tensor.floats([Number.NaN]), 'int64'],
    ['integers that a double rounds', Tensor.int64([2n ** 60n + 1n]), 'float32'],
    ['floats that half precision rounds', Tensor.floats([0.1]), 'float16'],
    ['numbers to text', Tensor.floats([1]), 'string'],
  ])('leaves %s', (_, tensor, type) => {
    const { node } = operatorModel({ op: 'Cast', inputs: [tensor], attributes: to(type) });
    expect(cast(node, [tensor])).toBeUndefined();
  });
});
