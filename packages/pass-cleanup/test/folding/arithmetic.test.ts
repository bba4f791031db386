import { Tensor } from '@sentei/ir';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ARITHMETIC, integers } from '../../src/folding/arithmetic.ts';
import { computed, folded, type Operator } from '../support/operator.ts';

const ints = (...values: (number | bigint)[]) => Tensor.int64(values);
const int32 = (...values: number[]) =>
  Tensor.fromBytes('int32', [values.length], new Uint8Array(Int32Array.from(values).buffer));

describe('arithmetic', () => {
  it.each(['Add', 'Sub', 'Mul', 'Div', 'Equal', 'Less', 'Greater', 'LessOrEqual', 'GreaterOrEqual'])(
    '%s rounds and compares as ONNX Runtime does',
    async (op) => {
      const numbers = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), {
        minLength: 8,
        maxLength: 8,
      });
      await fc.assert(
        fc.asyncProperty(numbers, numbers, async (a, b) => {
          const operator: Operator = { op, inputs: [Tensor.floats(a), Tensor.floats(b)] };
          const result = folded(operator);
          const reference = await computed(operator, result?.dataType ?? 'float32');
          expect([...(result?.numbers() ?? [])]).toEqual(reference?.data);
        }),
        { numRuns: 15 },
      );
    },
  );

  it.each<Operator>([
    { op: 'Add', inputs: [ints(1, 2, 3), Tensor.int64([10], [])] },
    { op: 'Div', inputs: [ints(7, -7, 7), ints(2, 2, -2)] },
    { op: 'Mul', inputs: [int32(2 ** 30, 3), int32(4, 5)] },
    { op: 'Sub', inputs: [Tensor.floats([0.1], [1], 'float64'), Tensor.floats([0.3], [1], 'float64')] },
    { op: 'Sqrt', inputs: [Tensor.floats([2, 3, -1, 1e-40])] },
    { op: 'Neg', inputs: [ints(1, -2)] },
    { op: 'Neg', inputs: [Tensor.floats([1, 0])] },
    { op: 'Not', inputs: [Tensor.bool([true, false])] },
    { op: 'Range', inputs: [ints(1), ints(8), ints(3)].map((tensor) => Tensor.int64(tensor.bigints(), [])) },
    { op: 'Range', inputs: [5, 0, -2].map((value) => Tensor.int64([value], [])) },
    { op: 'Range', inputs: [5, 0, 2].map((value) => Tensor.int64([value], [])) },
  ])('$op on $inputs.0.dataType as ONNX Runtime does it', async (operator) => {
    const result = folded(operator);
    if (result === undefined) throw new Error('the operator was not folded');
    const reference = await computed(operator, result.dataType);
    expect(result.dims).toEqual(reference?.dims);
    expect([...result.numbers()]).toEqual(reference?.data);
  });

  it('wraps 64-bit integers around', () => {
    const sum = folded({ op: 'Add', inputs: [ints(2n ** 63n - 1n), ints(1)] });
    expect(sum?.bigints()).toEqual([-(2n ** 63n)]);
    expect(integers([2n ** 31n], [1], 'int32')?.bigints()).toEqual([-(2n ** 31n)]);
    expect(integers([1n], [1], 'uint8')).toBeUndefined();
  });

  it.each<Operator & { why: string }>([
    { why: 'by zero', op: 'Div', inputs: [ints(1), ints(0)] },
    { why: 'that overflows', op: 'Div', inputs: [ints(-(2n ** 63n)), ints(-1)] },
    { why: 'of mixed types', op: 'Add', inputs: [ints(1), int32(1)] },
    { why: 'in half precision', op: 'Add', inputs: [0, 1].map(() => Tensor.floats([1], [1], 'float16')) },
    { why: 'before broadcasting of today', op: 'Add', inputs: [ints(1), ints(1)], opset: 6 },
    {
      why: 'of floats, whose sums differ by runtime',
      op: 'Range',
      inputs: [0, 1, 0.1].map((v) => Tensor.floats([v], [])),
    },
    { why: 'without step', op: 'Range', inputs: [0, 1, 0].map((value) => Tensor.int64([value], [])) },
    { why: 'of any size', op: 'Range', inputs: [0, 2 ** 40, 1].map((value) => Tensor.int64([value], [])) },
  ])('$op $why is left', (operator) => {
    expect(Object.keys(ARITHMETIC)).toContain(operator.op);
    expect(folded(operator)).toBeUndefined();
  });
});
