import { Graph, GraphBuilder, type Shape, Tensor, tensorType, Value } from '@sentei/ir';
import { expect, test } from 'vitest';
import { findNorms } from '../src/norm.ts';
import { vectorNormBound } from '../src/vector-norm-bound.ts';
import { rmsNorm } from './support/forgetting-attention.ts';

interface Fixture {
  readonly b: GraphBuilder;
  readonly normed: Value;
  bound(value: Value, axis: -1 | -2, shapes?: ReadonlyMap<Value, Shape>): number | undefined;
}

/** An RMSNorm over 4 channels of x [batch, sequence, 2, 4] with gains up to 3. */
function fixture(): Fixture {
  const x = new Value('x', tensorType('float32', ['batch', 'sequence', 2, 4]));
  const graph = new Graph('main', [x]);
  const b = new GraphBuilder(graph);
  const normed = rmsNorm(b, x, b.constant(Tensor.floats([1, -3, 2, 0.5])));
  normed.type = x.type;
  return {
    b,
    normed,
    bound(value, axis, shapes) {
      graph.setOutputs([value]);
      const norms = new Map(findNorms(graph).map((norm) => [norm.output, norm]));
      return vectorNormBound(value, axis, { norms, shapeOf: (v) => shapes?.get(v) ?? v.shape });
    },
  };
}

test('is √n · max|gain| right behind the norm', () => {
  const { normed, bound } = fixture();
  expect(bound(normed, -1)).toBeCloseTo(6, 12);
});

test('follows the axis through transpositions', () => {
  const { b, normed, bound } = fixture();
  const moved = b.op('Transpose', [normed], { attributes: { perm: [0n, 2n, 3n, 1n] } });
  expect(bound(moved, -2)).toBeCloseTo(6, 12);
  expect(bound(moved, -1)).toBeUndefined();
});

test('constant factors count, anything else ends the proof', () => {
  const { b, normed, bound } = fixture();
  expect(bound(b.op('Mul', [b.float32([-0.5], []), normed]), -1)).toBeCloseTo(3, 12);
  expect(bound(b.op('Div', [normed, b.float32([2], [])]), -1)).toBeCloseTo(3, 12);
  expect(bound(b.op('Add', [normed, b.float32([1], [])]), -1)).toBeUndefined();
});

test('a split of the normalised axis keeps the bound, a merge does not', () => {
  const { b, normed, bound } = fixture();
  const split = b.op('Reshape', [normed, b.int64([0, 0, 4, 2])]);
  expect(bound(split, -1, new Map([[split, ['batch', 'sequence', 4, 2]]]))).toBeCloseTo(6, 12);
  const merged = b.op('Reshape', [normed, b.int64([0, 0, 8])]);
  expect(bound(merged, -1, new Map([[merged, ['batch', 'sequence', 8]]]))).toBeUndefined();
});

test('without a norm there is no bound', () => {
  const { b, bound } = fixture();
  const x = b.graph.inputs[0];
  expect(x && bound(x, -1)).toBeUndefined();
});
