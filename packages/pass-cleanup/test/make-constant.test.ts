import { Tensor } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { makeConstant } from '../src/make-constant.ts';
import { takeSurvey } from '../src/survey.ts';
import { initializer, operators, type TinyOptions, tinyModel } from './support/tiny.ts';

function reader(options: TinyOptions = {}) {
  const model = tinyModel({ x: [2] }, (b, [x]) => [b.op('Abs', [x ?? null])], options);
  const [node] = model.graph.nodes();
  if (!node) throw new Error('a node was built');
  return { model, node };
}

describe('makeConstant', () => {
  it('takes an initializer with the same bytes where there is one', () => {
    const { model, node } = reader();
    initializer(model.graph, 'other', Tensor.floats([2], [1]));
    const known = initializer(model.graph, 'two', Tensor.floats([2], []));
    expect(makeConstant(node, Tensor.floats([2], []), takeSurvey(model))).toBe(known);
  });

  it('takes none that callers may override', () => {
    const { model, node } = reader();
    const known = initializer(model.graph, 'two', Tensor.floats([2], []));
    known.overridable = true;
    const made = makeConstant(node, Tensor.floats([2], []), takeSurvey(model));
    expect(made.name).toBe('constant');
    expect(model.graph.initializers.has(made)).toBe(true);
  });

  it('makes a Constant node where initializers had to be inputs', () => {
    const { model, node } = reader({ irVersion: 3 });
    const made = makeConstant(node, Tensor.floats([2], []), takeSurvey(model));
    expect(operators(model)).toEqual(['Constant', 'Abs']);
    expect([...(made.producer?.tensor('value')?.numbers() ?? [])]).toEqual([2]);
    expect(model.graph.initializers.size).toBe(0);
  });
});
