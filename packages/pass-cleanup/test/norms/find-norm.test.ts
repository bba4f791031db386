import type { Model } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { findNorm } from '../../src/norms/find-norm.ts';
import { takeSurvey } from '../../src/survey.ts';
import { type NormForm, normModel } from '../support/norm.ts';

function found(model: Model) {
  const survey = takeSurvey(model);
  return [...model.graph.nodes()].flatMap((node) => findNorm(node, survey) ?? []);
}

describe('findNorm', () => {
  it.each<[NormForm, string, string]>([
    [{}, 'mul-inverse', 'Sqrt'],
    [{ inverse: 'one-over', epsilonFirst: true }, 'mul-inverse', 'Sqrt'],
    [{ inverse: 'minus-half', scaleFirst: true }, 'mul-inverse', 'Pow'],
    [{ inverse: 'div', square: 'mul' }, 'div', 'Sqrt'],
    [{ inverse: 'div-half', gamma: false }, 'div', 'Pow'],
    [{ centred: true, constantNodes: true }, 'mul-inverse', 'Sqrt'],
    [{ axesAttribute: true, options: { opset: 13 } }, 'mul-inverse', 'Sqrt'],
  ])('recognises %j', (form, expected, squareRoot) => {
    const [norm, ...others] = found(normModel(form));
    expect(others).toEqual([]);
    expect(norm?.form).toBe(expected);
    expect(norm?.squareRoot.opType).toBe(squareRoot);
    expect(norm?.x.name).toBe(form.centred ? 'sub_out' : 'x');
    expect(norm?.sum.opType).toBe('Add');
  });

  it('does not recognise a mean that drops its axis', () => {
    expect(found(normModel({ keepdims: 0n }))).toEqual([]);
  });

  it('does not recognise parts that something else reads', () => {
    const shared = normModel({}, (b, y, inner) => b.op('Add', [y, inner]));
    expect(found(shared)).toEqual([]);
  });

  it('does not recognise another x, exponent or axis', () => {
    const build = (change: (model: Model) => void) => {
      const model = normModel();
      change(model);
      return found(model).length;
    };
    const nodes = (model: Model) => [...model.graph.nodes()];
    expect(build(() => undefined)).toBe(1);
    expect(build((model) => nodes(model)[0]?.setInput(0, model.graph.newValue('other')))).toBe(0);
    expect(build((model) => nodes(model)[0]?.setInput(1, nodes(model)[2]?.input(1) ?? null))).toBe(0);
    expect(
      build((model) => {
        nodes(model)[1]?.setInput(1, null);
        nodes(model)[1]?.setAttribute('axes', { kind: 'ints', value: [0n] });
        const square = nodes(model)[0]?.outputs[0];
        if (square) square.type = model.graph.inputs[0]?.type;
      }),
    ).toBe(0);
  });
});
