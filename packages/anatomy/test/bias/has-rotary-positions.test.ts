import { Graph, GraphBuilder, tensorType, Value } from '@sentei/ir';
import { expect, test } from 'vitest';
import { hasRotaryPositions } from '../../src/bias/has-rotary-positions.ts';
import { rotate } from '../support/distance-biases.ts';

function build(make: (b: GraphBuilder, x: Value, length: Value) => Value): Value {
  const x = new Value('x', tensorType('float32', ['batch', 2, 'sequence', 8]));
  const length = new Value('length', tensorType('int64', [1]));
  return make(new GraphBuilder(new Graph('rotary', [x, length])), x, length);
}

const turned = rotate(8);

test.each([
  ['written with a rotated half', turned],
  [
    'behind a scale and a transposition',
    (b, x, length) =>
      b.op('Transpose', [b.op('Mul', [b.float32([0.5], []), turned(b, x, length)])], {
        attributes: { perm: [0n, 1n, 3n, 2n] },
      }),
  ],
  ['as an operator', (b, x, length) => b.op('RotaryEmbedding', [x, length], { domain: 'com.microsoft' })],
  [
    'written in halves',
    (b, x) => {
      const [left, right] = b.ops('Split', [x], 2, { attributes: { axis: 3n } }) as [Value, Value];
      const [cos, sin] = [b.float32([1, 1, 1, 1]), b.float32([0, 0, 0, 0])];
      const first = b.op('Sub', [b.op('Mul', [left, cos]), b.op('Mul', [right, sin])]);
      const second = b.op('Add', [b.op('Mul', [right, cos]), b.op('Mul', [left, sin])]);
      return b.op('Concat', [first, second], { attributes: { axis: 3n } });
    },
  ],
] satisfies [string, (b: GraphBuilder, x: Value, length: Value) => Value][])(
  'finds rotary positions %s',
  (_, make) => {
    expect(hasRotaryPositions(build(make))).toBe(true);
  },
);

test('a projection, and what came before it, is none', () => {
  const projected = build((b, x, length) =>
    b.op('MatMul', [turned(b, x, length), b.float32(Array(64).fill(1), [8, 8])]),
  );
  expect(hasRotaryPositions(projected)).toBe(false);
  expect(hasRotaryPositions(build((_, x) => x))).toBe(false);
});
