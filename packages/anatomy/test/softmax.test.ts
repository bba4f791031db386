import { Graph, GraphBuilder, tensorType, Value } from '@sentei/ir';
import { expect, test } from 'vitest';
import { DECLARED_SHAPES } from '../src/shape-facts.ts';
import { matchSoftmax } from '../src/softmax.ts';

function written(axis: number, divisor: 'sum' | 'mean' = 'sum') {
  const x = new Value('x', tensorType('float32', ['batch', 'n', 'n']));
  const b = new GraphBuilder(new Graph('g', [x]));
  const attributes = { keepdims: 1n };
  const largest = b.op('ReduceMax', [x], { attributes: { ...attributes, axes: [BigInt(axis)] } });
  const power = b.op('Exp', [b.op('Sub', [x, largest])]);
  const total = b.op(divisor === 'sum' ? 'ReduceSum' : 'ReduceMean', [power, b.int64([axis])], {
    attributes,
  });
  const weights = b.op('Div', [power, total]);
  return { x, found: weights.producer && matchSoftmax(weights.producer, DECLARED_SHAPES) };
}

test('a softmax that is written out is one', () => {
  for (const axis of [-1, 2]) {
    const { x, found } = written(axis);
    expect(found?.scores).toBe(x);
    expect(found?.nodes.map((node) => node.opType)).toEqual(['ReduceMax', 'Sub', 'Exp', 'ReduceSum', 'Div']);
  }
});

test('over another axis, or by another divisor, it is none', () => {
  expect(written(1).found).toBeUndefined();
  expect(written(-1, 'mean').found).toBeUndefined();
});
