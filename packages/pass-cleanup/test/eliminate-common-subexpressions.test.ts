import { Tensor, type Value } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { eliminateCommonSubexpressionsRule as rule } from '../src/eliminate-common-subexpressions.ts';
import { initializer, once, operators, tinyModel } from './support/tiny.ts';

describe('eliminate-common-subexpressions', () => {
  it('merges nodes and leaves equal initializers, so that what reads them apart stays apart', () => {
    const model = tinyModel({ x: ['n'] }, (b, [x]) => {
      const [v, w] = ['v', 'w'].map((name) => initializer(b.graph, name, Tensor.floats([2])));
      const products = [v, w].map((weight) => b.op('Mul', [b.op('Neg', [x as Value]), weight ?? null]));
      return [b.op('Add', products)];
    });
    expect(once(model, rule)).toBe(1);
    expect(operators(model)).toEqual(['Neg', 'Mul', 'Mul', 'Add']);
    expect(model.graph.initializers.size).toBe(2);
  });
});
