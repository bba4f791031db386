import { inferTypes, tensorType, Value } from '@sentei/ir';
import { expect, test } from 'vitest';
import { findAttentionCores } from '../src/attention.ts';
import { DECLARED_SHAPES } from '../src/shape-facts.ts';
import { forgettingModel } from './support/forgetting-attention.ts';

test('declared shapes are those of the values', () => {
  expect(DECLARED_SHAPES.shapeOf(new Value('x', tensorType('float32', ['n', 2])))).toEqual(['n', 2]);
  expect(DECLARED_SHAPES.shapeOf(new Value('x'))).toBeUndefined();
});

test('inferred ranks find attention whose softmax counts its axis from the front', () => {
  const model = forgettingModel();
  for (const node of model.graph.nodes()) {
    if (node.is('Softmax')) node.setAttribute('axis', { kind: 'int', value: 3n });
  }
  expect(findAttentionCores(model.graph)).toEqual([]);
  expect(findAttentionCores(model.graph, inferTypes(model))).toHaveLength(1);
});
