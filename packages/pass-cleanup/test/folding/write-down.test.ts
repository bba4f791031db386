import { Tensor, type Value } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { writeDown } from '../../src/folding/write-down.ts';
import { takeSurvey } from '../../src/survey.ts';
import { operators, tinyModel } from '../support/tiny.ts';

const build = (irVersion: number) =>
  tinyModel({ x: ['n'] }, (b, [x]) => [b.op('Mul', [x as Value, b.op('Sin', [x as Value])])], { irVersion });

function sine(model: ReturnType<typeof build>): Value {
  const [value] = model.graph.nodes().next().value?.outputs ?? [];
  if (value === undefined) throw new Error('there is a node');
  return value;
}

describe('writeDown', () => {
  it('makes an initializer with the name of the value', () => {
    const model = build(8);
    const value = sine(model);
    expect(writeDown(value, Tensor.floats([1]), takeSurvey(model))).toBe(true);
    expect(operators(model)).toEqual(['Mul']);
    expect(model.graph.initializers.has(value)).toBe(true);
    expect(writeDown(value, Tensor.floats([1]), takeSurvey(model))).toBe(false);
  });

  it('makes a Constant node where initializers had to be inputs', () => {
    const model = build(3);
    writeDown(sine(model), Tensor.floats([1]), takeSurvey(model));
    expect(operators(model)).toEqual(['Constant', 'Mul']);
  });
});
