import type { Model } from '@sentei/ir';
import { expect, test } from 'vitest';
import { findBlocks } from '../src/blocks.ts';
import { findNorms } from '../src/norm.ts';
import { NormIndex } from '../src/norm-placement.ts';
import { layerNorm, mlp, modelOf, skipNormTransformer } from './support/residual-models.ts';

const placements = ({ graph }: Model) => findBlocks(graph).subBlocks.map((part) => part.norm);

test('the norm that only reads a sum is its norm, a second reader makes it a branch', () => {
  const model = modelOf((b, x) => layerNorm(b, b.op('Relu', [x], { name: 'relu' })));
  const [relu] = [...model.graph.nodes()];
  const sum = relu?.outputs[0];
  const [norm] = findNorms(model.graph);
  expect(sum && new NormIndex(findNorms(model.graph)).only(sum)).toEqual(norm);
  if (sum) model.graph.setOutputs([...model.graph.outputs, sum]);
  expect(sum && new NormIndex(findNorms(model.graph)).only(sum)).toBeUndefined();
});

test('a final norm behind branches without norms belongs to what follows', () => {
  const model = modelOf((b, x) => {
    const stream = b.op('Relu', [x]);
    return mlp(b, layerNorm(b, b.op('Add', [stream, mlp(b, stream)])));
  });
  expect(placements(model)).toEqual(['none']);
});

test('a norm on both sides of a branch makes it pre', () => {
  const model = modelOf((b, x) => {
    const stream = b.op('Relu', [x]);
    return b.op('Add', [stream, layerNorm(b, mlp(b, layerNorm(b, stream)))]);
  });
  expect(placements(model)).toEqual(['pre']);
});

test('skip norms are told apart by whether they return the sum', () => {
  const placed = (norm: 'pre' | 'post') => placements(skipNormTransformer(1, norm, 'SkipLayerNormalization'));
  expect(placed('pre')).toEqual(['pre', 'pre']);
  expect(placed('post')).toEqual(['post', 'post']);
});
