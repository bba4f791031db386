import { describe, expect, it } from 'vitest';
import { axesOf, equalLists, normalizeAxes, permutationOf } from '../../src/identities/operands.ts';
import { takeSurvey } from '../../src/survey.ts';
import { tinyModel } from '../support/tiny.ts';

describe('operands', () => {
  it('reads axes from attribute or input', () => {
    const model = tinyModel({ x: [2] }, (b, [x]) => {
      const old = b.op('Unsqueeze', [x ?? null], { attributes: { axes: [0n, 2n] } });
      return [b.op('Unsqueeze', [old, b.int64([-1])])];
    });
    expect([...model.graph.nodes()].map((node) => axesOf(node))).toEqual([[0, 2], [-1]]);
  });

  it('writes down the permutation that a Transpose without attribute means, where the rank is known', () => {
    const model = tinyModel({ x: ['a', 'b', 3] }, (b, [x]) => [
      b.op('Transpose', [b.op('Transpose', [x ?? null])]),
    ]);
    const survey = takeSurvey(model);
    expect([...model.graph.nodes()].map((node) => permutationOf(node, survey))).toEqual([
      [2, 1, 0],
      undefined,
    ]);
  });

  it('counts axes from the front', () => {
    expect(normalizeAxes([-1, 0], 3)).toEqual([0, 2]);
    expect(normalizeAxes([2, 0], undefined)).toEqual([0, 2]);
    expect(normalizeAxes([-1], undefined)).toBeUndefined();
    expect(equalLists([1, 2], [1, 2])).toBe(true);
    expect(equalLists([1], [1, 2])).toBe(false);
  });
});
