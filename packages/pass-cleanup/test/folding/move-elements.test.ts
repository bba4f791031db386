import { Tensor } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { MOVERS } from '../../src/folding/move-elements.ts';
import { computed, folded, type Operator } from '../support/operator.ts';
import { noise } from '../support/tiny.ts';

const data = Tensor.floats(noise(24), [2, 3, 4]);
const ints = (...values: number[]) => Tensor.int64(values);
const scalar = (value: number) => Tensor.int64([value], []);

describe('operators that move elements', () => {
  it('are those the package names', () => {
    expect(Object.keys(MOVERS)).toHaveLength(11);
  });

  it.each<Operator>([
    { op: 'Identity', inputs: [data] },
    { op: 'Reshape', inputs: [data, ints(0, -1)] },
    { op: 'Reshape', inputs: [data, ints(6, 4)], attributes: { allowzero: 1n } },
    { op: 'Squeeze', inputs: [Tensor.floats([1, 2], [1, 2, 1])] },
    { op: 'Squeeze', inputs: [Tensor.floats([1, 2], [1, 2, 1]), ints(-1)] },
    { op: 'Unsqueeze', inputs: [data, ints(-1, 1)] },
    { op: 'Unsqueeze', inputs: [data], attributes: { axes: [0n] }, opset: 11 },
    { op: 'Transpose', inputs: [data] },
    { op: 'Transpose', inputs: [data], attributes: { perm: [1n, 2n, 0n] } },
    {
      op: 'Concat',
      inputs: [data, Tensor.floats([9, 9, 9, 9, 8, 8, 8, 8], [2, 1, 4])],
      attributes: { axis: 1n },
    },
    { op: 'Concat', inputs: [ints(1), ints(2, 3)], attributes: { axis: -1n } },
    { op: 'Gather', inputs: [data, scalar(-1)], attributes: { axis: 1n } },
    { op: 'Gather', inputs: [data, Tensor.int64([0, 1, 1, 0], [2, 2])] },
    { op: 'Slice', inputs: [data, ints(1), ints(3), ints(1)] },
    { op: 'Slice', inputs: [data, ints(-3, 0), ints(2 ** 40, -1), ints(2, 0), ints(2, 1)] },
    { op: 'Slice', inputs: [data], attributes: { starts: [1n], ends: [9n], axes: [2n] }, opset: 9 },
    { op: 'Expand', inputs: [Tensor.floats([1, 2], [2, 1]), ints(3, 1, 2)] },
    {
      op: 'Where',
      inputs: [Tensor.bool([true, false], [2, 1]), Tensor.floats([1, 2, 3]), Tensor.floats([7], [])],
    },
    { op: 'ConstantOfShape', inputs: [ints(2, 2)] },
    { op: 'ConstantOfShape', inputs: [ints(3)], attributes: { value: Tensor.int64([7]) } },
  ])('$op as ONNX Runtime does it', async (operator) => {
    const result = folded(operator);
    if (result === undefined) throw new Error('the operator was not folded');
    const reference = await computed(operator, result.dataType);
    expect(result.dims).toEqual(reference?.dims);
    expect([...result.numbers()]).toEqual(reference?.data);
  });

  it.each<Operator & { why: string }>([
    { why: 'an index out of range', op: 'Gather', inputs: [data, scalar(2)] },
    { why: 'a size that does not fit', op: 'Reshape', inputs: [data, ints(5, -1)] },
    { why: 'an axis that is not one', op: 'Squeeze', inputs: [data, ints(0)] },
    { why: 'steps backwards', op: 'Slice', inputs: [data, ints(2), ints(0), ints(1), ints(-1)] },
    {
      why: 'parts of different shapes',
      op: 'Concat',
      inputs: [ints(1), scalar(1)],
      attributes: { axis: 0n },
    },
    { why: 'shapes that do not broadcast', op: 'Expand', inputs: [data, ints(5)] },
    {
      why: 'branches of different types',
      op: 'Where',
      inputs: [Tensor.bool([true]), ints(1), Tensor.floats([1])],
    },
  ])('$op with $why is left', (operator) => {
    expect(folded(operator)).toBeUndefined();
  });

  it('moves half precision without decoding it', () => {
    const half = Tensor.floats([1, 2, 3, 4], [2, 2], 'float16');
    const turned = folded({ op: 'Transpose', inputs: [half] });
    expect(turned?.dataType).toBe('float16');
    expect([...(turned?.numbers() ?? [])]).toEqual([1, 3, 2, 4]);
  });
});
