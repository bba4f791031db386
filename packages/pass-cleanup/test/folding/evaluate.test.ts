import { Tensor } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/folding/evaluate.ts';
import { takeSurvey } from '../../src/survey.ts';
import { folded } from '../support/operator.ts';
import { tinyModel } from '../support/tiny.ts';

describe('evaluate', () => {
  it('reads fixed dimensions and no others', () => {
    const model = tinyModel({ x: ['n', 3, 4] }, (b, [x]) => [
      b.op('Shape', [x ?? null]),
      b.op('Shape', [x ?? null], { attributes: { start: 1n } }),
      b.op('Shape', [x ?? null], { attributes: { start: -2n, end: -1n } }),
      b.op('Size', [x ?? null]),
      b.op('Size', [b.float32([1, 2, 3])]),
    ]);
    const results = [...model.graph.nodes()].map((node) =>
      evaluate(node, () => undefined, takeSurvey(model), 64)?.numbers(),
    );
    expect(results.map((numbers) => numbers && [...numbers])).toEqual([
      undefined,
      [3, 4],
      [3],
      undefined,
      [3],
    ]);
  });

  it('asks for every input, and for nodes that compute from some', () => {
    expect(folded({ op: 'Neg', inputs: [null] })).toBeUndefined();
    expect(folded({ op: 'RandomNormal', inputs: [] })).toBeUndefined();
    expect(folded({ op: 'Tanh', inputs: [Tensor.floats([1])] })).toBeUndefined();
    expect(folded({ op: 'toString', inputs: [Tensor.floats([1])] })).toBeUndefined();
  });

  it('neither reads nor makes more than the limit', () => {
    const ten = Tensor.floats(new Float32Array(10));
    expect(folded({ op: 'Neg', inputs: [ten] }, 40)?.size).toBe(10);
    expect(folded({ op: 'Neg', inputs: [ten] }, 39)).toBeUndefined();
    const huge = { op: 'ConstantOfShape', inputs: [Tensor.int64([2 ** 20, 2 ** 20])] };
    expect(folded(huge)).toBeUndefined();
    expect(folded({ op: 'ConstantOfShape', inputs: [Tensor.int64([-1])] })).toBeUndefined();
  });
});
