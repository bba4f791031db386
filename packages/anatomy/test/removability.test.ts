import { Graph, type Shape, tensorType, Value } from '@sentei/ir';
import { expect, test } from 'vitest';
import { findBlocks } from '../src/blocks.ts';
import { shapeProblem } from '../src/removability.ts';
import { layerNorm, mlp, modelOf, weight } from './support/residual-models.ts';

const value = (shape?: Shape, type: 'float32' | 'float16' = 'float32') =>
  new Value('v', tensorType(type, shape));

test.each([
  [['batch', 4], ['batch', 4], undefined],
  [['batch', 4], ['other', 4], undefined],
  [['batch', 4], [1, 1], undefined],
  [[null, 4], [8, 4], undefined],
  [[2, 4], [4], undefined],
  [undefined, [8, 4], undefined],
  [[1, 4], [8, 4], 'the shortcut has the shape [1,4], %v has [8,4]'],
  [[4], ['batch', 4], 'the shortcut has the shape [4], %v has [batch,4]'],
] as const)('a shortcut of shape %j and a branch of shape %j: %s', (from, to, problem) => {
  expect(shapeProblem(value(from), value(to), value())).toBe(problem);
  expect(shapeProblem(value(from), value(), value(to))).toBe(problem);
});

test('a stream that changes its element type cannot be shortened', () => {
  expect(shapeProblem(value([4], 'float16'), value([4]), value([4]))).toBe(
    'the shortcut holds float16, %v float32',
  );
});

test('a norm that two branches share does not hold them together', () => {
  const model = modelOf((b, x) => {
    const stream = b.op('Relu', [x]);
    const normed = layerNorm(b, stream);
    const sum = b.op('Add', [stream, mlp(b, normed)]);
    return b.op('Add', [sum, b.op('MatMul', [normed, weight(b, 4, 4)])]);
  });
  const { subBlocks, skipped } = findBlocks(model.graph);
  expect(skipped).toEqual([]);
  expect(subBlocks).toHaveLength(2);
  expect(subBlocks.flatMap((part) => part.nodes).some((node) => node.is('LayerNormalization'))).toBe(false);
});

test('what another part reads of a branch holds it, unless only its shape is read', () => {
  const build = (forShape: boolean) =>
    modelOf((b, x) => {
      const stream = b.op('Relu', [x]);
      const hidden = b.op('MatMul', [stream, weight(b, 4, 4)]);
      const sum = b.op('Add', [stream, b.op('MatMul', [b.op('Tanh', [hidden]), weight(b, 4, 4)])]);
      const sliced = b.op('Slice', [hidden, b.int64([0]), b.int64([1]), b.int64([1])], { name: 'slice' });
      const zeros = b.op('ConstantOfShape', [b.op('Shape', [sliced])]);
      return b.op('Mul', [sum, forShape ? zeros : sliced]);
    });
  expect(findBlocks(build(true).graph).subBlocks).toHaveLength(1);
  const { subBlocks, skipped } = findBlocks(build(false).graph);
  expect(subBlocks).toEqual([]);
  expect(skipped[0]?.reason).toBe('%matmul_out of the branch is also read by Slice slice');
});

test('an empty graph has no blocks', () => {
  expect(findBlocks(new Graph('empty'))).toEqual({ subBlocks: [], blocks: [], skipped: [] });
});
