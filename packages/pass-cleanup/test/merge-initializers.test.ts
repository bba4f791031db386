import { Tensor, type Value } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { mergeInitializersRule as rule } from '../src/merge-initializers.ts';
import { initializer, once, operators, tinyModel } from './support/tiny.ts';

describe('merge-initializers', () => {
  it('merges equal bytes and leaves equal nodes', () => {
    const model = tinyModel({ x: ['n'] }, (b, [x]) => {
      const [v, w] = ['v', 'w'].map((name) => initializer(b.graph, name, Tensor.floats([2])));
      return [
        b.op(
          'Add',
          [v, w].map((weight) => b.op('Mul', [x as Value, weight ?? null])),
        ),
      ];
    });
    expect(once(model, rule)).toBe(1);
    expect(operators(model)).toEqual(['Mul', 'Mul', 'Add']);
    expect(model.graph.initializers.size).toBe(1);
  });
});
