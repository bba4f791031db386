import { Graph, GraphBuilder, inferTypes, Model, type Shape, Tensor, tensorType, Value } from '@sentei/ir';
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

const WIDTHS = { input: 6, heads: 2, channels: 4 };

const waves = (count: number, seed: number) =>
  Array.from({ length: count }, (_, i) => Math.sin(seed * 12.9898 + i * 78.233) * 2);

/** Gains of an RMSNorm over 6 channels, and a projection with a bias to 3 parts of 2 heads with 4 channels each. */
function parameters(seed: number) {
  const float = (values: number[]) => [...Tensor.floats(values).numbers()];
  return {
    gains: float(waves(6, seed)),
    weight: float(waves(144, seed + 1)),
    bias: float(waves(24, seed + 2)),
  };
}

/** The bound of one part's vectors, in the forms that parts are taken in. */
function projectedBound(part: number, form: 'split' | 'slice' | 'gather', seed: number): number | undefined {
  const { gains, weight, bias } = parameters(seed);
  const x = new Value('x', tensorType('float32', ['batch', 'n', WIDTHS.input]));
  const graph = new Graph('main', [x]);
  const b = new GraphBuilder(graph);
  const normed = rmsNorm(b, x, b.constant(Tensor.floats(gains)));
  const product = b.op('MatMul', [normed, b.constant(Tensor.floats(weight, [6, 24]))]);
  const projected = b.op('Add', [product, b.constant(Tensor.floats(bias))]);
  const heads = (of: Value) => b.op('Reshape', [of, b.int64([0, 0, 2, 4])]);
  const split = () =>
    b.ops('Split', [projected, b.int64([8, 8, 8])], 3, { attributes: { axis: -1n } })[part] as Value;
  const slice = () => b.op('Slice', [projected, b.int64([8 * part]), b.int64([8 * part + 8]), b.int64([-1])]);
  const gather = () =>
    b.op(
      'Gather',
      [b.op('Reshape', [projected, b.int64([0, 0, 3, 2, 4])]), b.constant(Tensor.int64([part], []))],
      { attributes: { axis: 2n } },
    );
  const vectors = form === 'gather' ? gather() : heads(form === 'split' ? split() : slice());
  graph.setOutputs([vectors]);
  const types = inferTypes(new Model(graph, [['', 18]], 10));
  const norms = new Map(findNorms(graph).map((norm) => [norm.output, norm]));
  return vectorNormBound(vectors, -1, {
    norms,
    shapeOf: (value) => types.shapeOf(value),
    typeOf: (value) => types.typeOf(value),
    integersOf: (value) => types.integersOf(value),
  });
}

/** The longest vector of a part among so many inputs. */
function longestVector(part: number, seed: number, inputs: number): number {
  const { gains, weight, bias } = parameters(seed);
  let longest = 0;
  for (let at = 0; at < inputs; at++) {
    const x = waves(6, at * 0.37).map((each, i) => each * Math.exp(3 * Math.sin(at + i)));
    const root = Math.sqrt(x.reduce((sum, each) => sum + each * each, 0) / 6 + 1e-6);
    const normed = x.map((each, i) => (each / root) * (gains[i] ?? 0));
    for (let head = 0; head < WIDTHS.heads; head++) {
      const columns = Array.from({ length: 4 }, (_, channel) => part * 8 + head * 4 + channel);
      const vector = columns.map((column) =>
        normed.reduce((sum, y, i) => sum + y * (weight[i * 24 + column] ?? 0), bias[column] ?? 0),
      );
      longest = Math.max(longest, Math.hypot(...vector));
    }
  }
  return longest;
}

test('behind a projection the bound holds for any input, and is near what some input reaches', () => {
  for (const seed of [5, 6, 7]) {
    for (const [part, form] of (['split', 'slice', 'gather'] as const).entries()) {
      const [bound, longest] = [projectedBound(part, form, seed), longestVector(part, seed, 1000)];
      expect(bound, form).toBeGreaterThan(longest);
      expect(bound, form).toBeLessThan(longest * 2);
    }
  }
});

test('a mixture of two vectors is no longer than the longer one, and a gate lengthens nothing', () => {
  const { b, normed, bound } = fixture();
  const gate = b.op('Sigmoid', [
    b.graph.newValue('logit', tensorType('float32', ['batch', 'sequence', 2, 1])),
  ]);
  const rest = b.op('Sub', [b.float32([1], []), gate]);
  const shapes = new Map<Value, Shape>([gate, rest].map((each) => [each, ['batch', 'sequence', 2, 1]]));
  const of = (value: Value) => {
    for (const node of b.nodes) {
      const [output] = node.outputs;
      if (output && !shapes.has(output) && node.is('Mul', 'Add', 'Concat', 'Slice'))
        shapes.set(output, ['batch', 'sequence', 2, 4]);
    }
    return bound(value, -1, shapes);
  };
  const mixed = b.op('Add', [b.op('Mul', [gate, normed]), b.op('Mul', [rest, normed])]);
  expect(of(mixed)).toBeCloseTo(6, 12);
  const doubled = b.op('Add', [b.op('Mul', [gate, normed]), b.op('Mul', [gate, normed])]);
  expect(of(doubled)).toBeCloseTo(12, 12);
});
