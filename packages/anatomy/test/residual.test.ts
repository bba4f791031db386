import type { Model } from '@sentei/ir';
import { expect, test } from 'vitest';
import { findConstantValues } from '../src/constant-values.ts';
import { findNorms } from '../src/norm.ts';
import { findResiduals } from '../src/residual.ts';
import { operators } from './support/dump-anatomy.ts';
import { attention, layerNorm, mlp, modelOf, transformer, weight } from './support/residual-models.ts';

function residualsOf({ graph }: Model) {
  const facts = {
    constants: findConstantValues(graph),
    norms: findNorms(graph),
    attention: new Set<never>(),
  };
  return findResiduals(graph, facts);
}

test('names what is joined, what stays and what goes', () => {
  const { subBlocks } = residualsOf(transformer({ layers: 1 }));
  const [first, second] = subBlocks;
  expect(first?.kept).toBe(first?.input);
  expect(first?.output).toBe(second?.input);
  expect(second?.merge.outputs).toEqual([second?.output]);
  expect(second?.branch.producer?.opType).toBe('MatMul');
  expect(operators(second?.nodes ?? [])).toBe('LayerNormalization MatMul Relu MatMul Add');
});

test('of two branches summed first, either can give way to the other', () => {
  const { subBlocks } = residualsOf(transformer({ layers: 1, layout: 'parallel-sum' }));
  const [first, second] = subBlocks;
  expect(first?.merge).toBe(second?.merge);
  expect([first?.kept, second?.kept]).toEqual([second?.branch, first?.branch]);
  expect(first?.output).toBe(second?.output);
  expect(first?.merge.outputs).not.toContain(first?.output);
});

test('arithmetic of the form x + f(x) without weights is no sub-block', () => {
  const model = modelOf((b, x) => {
    const cube = b.op('Mul', [b.op('Pow', [x, b.float32([3], [])]), b.float32([0.044715], [])]);
    return b.op('Tanh', [b.op('Add', [x, cube])]);
  });
  expect(residualsOf(model)).toEqual({ subBlocks: [], skipped: [] });
});

test('a value that only steers the branch, as a mask does, is not its stream', () => {
  const model = modelOf((b, x) => {
    const mask = b.op('Neg', [x]);
    let stream = b.op('Relu', [x]);
    for (let layer = 0; layer < 3; layer++) {
      const masked = b.op('Add', [b.op('MatMul', [stream, weight(b, 4, 4)]), mask]);
      stream = b.op('Add', [stream, b.op('MatMul', [masked, weight(b, 4, 4)])]);
    }
    return stream;
  });
  const { subBlocks, skipped } = residualsOf(model);
  expect(skipped).toEqual([]);
  expect(subBlocks.map((part) => operators(part.nodes))).toEqual([
    'MatMul Add MatMul Add',
    'MatMul Add MatMul Add',
    'MatMul Add MatMul Add',
  ]);
});

test('a branch that keeps the stream in another type is followed through the casts', () => {
  const model = modelOf((b, x) => {
    const half = b.op('Cast', [x], { attributes: { to: 10n } });
    const wide = b.op('Cast', [half], { attributes: { to: 1n } });
    return b.op('Add', [wide, b.op('Cast', [mlp(b, half)], { attributes: { to: 1n } })]);
  });
  const [subBlock] = residualsOf(model).subBlocks;
  expect(subBlock?.input.producer?.opType).toBe('Cast');
  expect(operators(subBlock?.nodes ?? [])).toBe('MatMul Relu MatMul Cast Add');
});

test('a residual inside a residual is found beside it', () => {
  const model = modelOf((b, x) => {
    const stream = b.op('Relu', [x]);
    const inner = b.op('MatMul', [stream, weight(b, 4, 4)]);
    const lifted = b.op('Add', [inner, mlp(b, inner)]);
    return b.op('Add', [stream, b.op('MatMul', [lifted, weight(b, 4, 4)])]);
  });
  const { subBlocks } = residualsOf(model);
  expect(subBlocks.map((part) => operators(part.nodes))).toEqual([
    'MatMul Relu MatMul Add',
    'MatMul MatMul Relu MatMul Add MatMul Add',
  ]);
});

test('attention states that the graph returns are said to be in the way', () => {
  const model = modelOf((b, x) => {
    const stream = b.op('Relu', [x]);
    return b.op('Add', [stream, attention(b, layerNorm(b, stream))]);
  });
  const key = [...model.graph.nodes()].find((node) => node.is('Transpose'))?.outputs[0];
  if (key) model.graph.setOutputs([...model.graph.outputs, key]);
  const { subBlocks, skipped } = residualsOf(model);
  expect(subBlocks).toEqual([]);
  expect(skipped.map(({ reason }) => reason)).toEqual([`${key} of the branch is an output of the graph`]);
});
