import { Graph, Node, Tensor, Value } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { sameShapeInput } from '../../src/shapes/same-shape.ts';

const x = new Value('x');
const scalar = new Graph('g').addInitializer(new Value('c'), Tensor.floats([2], []));
const vector = new Graph('g').addInitializer(new Value('v'), Tensor.floats([2]));

describe('sameShapeInput', () => {
  it('is the input of an elementwise operator', () => {
    expect(sameShapeInput(new Node('Relu', [x], [new Value('y')]), 18)).toBe(x);
    expect(sameShapeInput(new Node('ReduceSum', [x], [new Value('y')]), 18)).toBeUndefined();
  });

  it('is the other operand of a scalar constant, which never widens a shape', () => {
    expect(sameShapeInput(new Node('Mul', [x, scalar], [new Value('y')]), 18)).toBe(x);
    expect(sameShapeInput(new Node('Sub', [scalar, x], [new Value('y')]), 18)).toBe(x);
    expect(sameShapeInput(new Node('Mul', [x, vector], [new Value('y')]), 18)).toBeUndefined();
    expect(sameShapeInput(new Node('Mul', [x, scalar], [new Value('y')]), 6)).toBeUndefined();
  });
});
