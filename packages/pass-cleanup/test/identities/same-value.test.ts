import { DATA_TYPES, type GraphBuilder, Tensor, tensorType, type Value } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { sameValue } from '../../src/identities/same-value.ts';
import { takeSurvey } from '../../src/survey.ts';
import { type TinyOptions, tinyModel } from '../support/tiny.ts';

type Build = (b: GraphBuilder, x: Value) => Value;

/** Name of the value that the last node is found to equal, for an input `x` of shape [n, 3, 4]. */
function found(build: Build, options: TinyOptions = {}, shape: readonly (string | number)[] = ['n', 3, 4]) {
  const model = tinyModel({ x: shape }, (b, [x]) => [build(b, x as Value)], options);
  const last = [...model.graph.nodes()].at(-1);
  return last && sameValue(last, takeSurvey(model))?.name;
}

const integer = (b: GraphBuilder, x: Value) =>
  b.op('Cast', [x], { attributes: { to: 6n }, types: [tensorType('int32', ['n', 3, 4])] });

describe('sameValue finds', () => {
  it.each<[string, Build, TinyOptions?]>([
    ['Identity', (b, x) => b.op('Identity', [x])],
    ['Dropout in inference', (b, x) => b.op('Dropout', [x])],
    ['Dropout that says so', (b, x) => b.op('Dropout', [x, null, b.constant(Tensor.bool([false], []))])],
    ['old Dropout', (b, x) => b.op('Dropout', [x], { attributes: { is_test: 1n } }), { opset: 6 }],
    ['Cast to its own type', (b, x) => b.op('Cast', [x], { attributes: { to: 1n } })],
    ['CastLike', (b, x) => b.op('CastLike', [x, b.float32([1])])],
    [
      'Cast there and back',
      (b, x) => {
        const wide = b.op('Cast', [x], { attributes: { to: BigInt(DATA_TYPES.float64) } });
        return b.op('Cast', [wide], { attributes: { to: 1n } });
      },
    ],
    ['Transpose by nothing', (b, x) => b.op('Transpose', [x], { attributes: { perm: [0n, 1n, 2n] } })],
    [
      'Transpose there and back',
      (b, x) => {
        const turned = b.op('Transpose', [x], { attributes: { perm: [1n, 2n, 0n] } });
        return b.op('Transpose', [turned], { attributes: { perm: [2n, 0n, 1n] } });
      },
    ],
    ['Reshape to the same', (b, x) => b.op('Reshape', [x, b.int64([-1, 3, 4])])],
    ['Reshape that copies', (b, x) => b.op('Reshape', [x, b.int64([0, 0, 4])])],
    ['Reshape to its own shape', (b, x) => b.op('Reshape', [x, b.op('Shape', [x])])],
    ['Expand to its own shape', (b, x) => b.op('Expand', [x, b.op('Shape', [x])])],
    ['Expand by ones', (b, x) => b.op('Expand', [x, b.int64([1, 3, 1])])],
    ['Slice of all', (b, x) => b.op('Slice', [x, b.int64([0]), b.int64([3]), b.int64([1])])],
    [
      'Slice to the end',
      (b, x) => b.op('Slice', [x, b.int64([0]), b.constant(Tensor.int64([2n ** 63n - 1n]))]),
    ],
    [
      'Slice by attributes',
      (b, x) => b.op('Slice', [x], { attributes: { starts: [0n], ends: [4n], axes: [-1n] } }),
      { opset: 9 },
    ],
    ['Pad by nothing', (b, x) => b.op('Pad', [x, b.int64([0, 0, 0, 0, 0, 0])])],
    ['Concat of one', (b, x) => b.op('Concat', [x], { attributes: { axis: 0n } })],
    ['Sum of one', (b, x) => b.op('Sum', [x])],
    [
      'Squeeze after Unsqueeze',
      (b, x) => b.op('Squeeze', [b.op('Unsqueeze', [x, b.int64([1])]), b.int64([1])]),
    ],
    [
      'Squeeze after Unsqueeze, counted otherwise',
      (b, x) => {
        const types = [tensorType('float32', ['n', 3, 4, 1])];
        return b.op('Squeeze', [b.op('Unsqueeze', [x, b.int64([-1])], { types }), b.int64([3])]);
      },
    ],
    ['Mul by one', (b, x) => b.op('Mul', [b.float32([1], []), x])],
    ['Div by one', (b, x) => b.op('Div', [x, b.float32([1])])],
    ['Sub of zero', (b, x) => b.op('Sub', [x, b.float32([0], [])])],
    ['Add of minus zero', (b, x) => b.op('Add', [x, b.float32([-0], [])])],
  ])('%s', (_, build, options) => {
    expect(found(build, options)).toBe('x');
  });

  it('Add of an integer zero', () => {
    const zero = Tensor.fromBytes('int32', [1], new Uint8Array(4));
    expect(found((b, x) => b.op('Add', [integer(b, x), b.constant(zero)]))).toBe('cast_out');
  });
});

describe('sameValue refuses', () => {
  it.each<[string, Build, TinyOptions?]>([
    ['Dropout in training', (b, x) => b.op('Dropout', [x, null, b.constant(Tensor.bool([true], []))])],
    [
      'Dropout whose mask is read',
      (b, x) => {
        const [y, mask] = b.ops('Dropout', [x], 2);
        return b.op('Where', [mask ?? null, y ?? null, x]);
      },
    ],
    ['old Dropout in training', (b, x) => b.op('Dropout', [x]), { opset: 6 }],
    [
      'Cast that rounds on the way',
      (b, x) => {
        const half = b.op('Cast', [x], { attributes: { to: BigInt(DATA_TYPES.float16) } });
        return b.op('Cast', [half], { attributes: { to: 1n } });
      },
    ],
    [
      'Cast from a type that is not known',
      (b, x) => b.op('Cast', [b.op('Custom', [x])], { attributes: { to: 1n } }),
    ],
    ['Transpose', (b, x) => b.op('Transpose', [x], { attributes: { perm: [0n, 2n, 1n] } })],
    [
      'Reshape with a zero that is one',
      (b, x) => b.op('Reshape', [x, b.int64([0, 3, 4])], { attributes: { allowzero: 1n } }),
    ],
    ['Reshape with two unknown dimensions', (b, x) => b.op('Reshape', [x, b.int64([-1, 4, 3])])],
    [
      'Reshape to a part of a shape',
      (b, x) => b.op('Reshape', [x, b.op('Shape', [x], { attributes: { start: 1n } })]),
    ],
    ['Expand that may widen', (b, x) => b.op('Expand', [x, b.int64([5, 1, 1])])],
    ['Expand of the rank', (b, x) => b.op('Expand', [x, b.int64([1, 1, 3, 4])])],
    ['Slice of a part', (b, x) => b.op('Slice', [x, b.int64([0]), b.int64([2]), b.int64([1])])],
    [
      'Slice of a dynamic axis to some end',
      (b, x) => b.op('Slice', [x, b.int64([0]), b.int64([2 ** 31 - 1])]),
    ],
    ['Slice by steps', (b, x) => b.op('Slice', [x, b.int64([0]), b.int64([3]), b.int64([1]), b.int64([2])])],
    ['Pad', (b, x) => b.op('Pad', [x, b.int64([0, 0, 0, 0, 0, 1])])],
    ['Concat of two', (b, x) => b.op('Concat', [x, x], { attributes: { axis: 0n } })],
    [
      'Squeeze of other axes',
      (b, x) => b.op('Squeeze', [b.op('Unsqueeze', [x, b.int64([0])]), b.int64([1])]),
    ],
    ['Add of zero, which turns -0 into 0', (b, x) => b.op('Add', [x, b.float32([0], [])])],
    ['Sub of minus zero', (b, x) => b.op('Sub', [x, b.float32([-0], [])])],
    ['Sub from zero', (b, x) => b.op('Sub', [b.float32([0], []), x])],
    ['Mul by a one that adds an axis', (b, x) => b.op('Mul', [x, b.float32([1], [1, 1, 1, 1])])],
    ['Mul by ones that may widen', (b, x) => b.op('Mul', [x, b.float32([1, 1], [2, 1, 1])])],
    ['Mul before broadcasting of today', (b, x) => b.op('Mul', [x, b.float32([1], [])]), { opset: 6 }],
  ])('%s', (_, build, options) => {
    expect(found(build, options)).toBeUndefined();
  });

  it('a Mul by [1] on a value of unknown rank', () => {
    expect(found((b, x) => b.op('Mul', [b.op('Abs', [x]), b.float32([1])]))).toBeUndefined();
  });

  it('a Reshape that leaves a dimension open beside a zero', () => {
    expect(found((b, x) => b.op('Reshape', [x, b.int64([0, -1])]), {}, [0, 4])).toBeUndefined();
  });
});
