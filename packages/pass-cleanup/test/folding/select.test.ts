import { Tensor, tensorType, type Value } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { type Result, selectFolds } from '../../src/folding/select.ts';
import { takeSurvey } from '../../src/survey.ts';
import { tinyModel } from '../support/tiny.ts';

/** Two nodes in a row on a constant, read by a third. */
function chain(size = 1) {
  const model = tinyModel({ x: ['n'] }, (b, [x]) => {
    const inner = b.op('Sin', [b.float32([1])]);
    return [b.op('Mul', [x as Value, b.op('Cos', [inner])])];
  });
  const known = new Map<Value, Result>();
  for (const node of model.graph.nodes()) {
    const [output] = node.outputs;
    const result = { dataType: 'float32', dims: [size], byteLength: 4 * size } as const;
    if (output !== undefined && !node.is('Mul')) known.set(output, result);
  }
  return { model, known, values: [...known.keys()] };
}

describe('selectFolds', () => {
  it('takes what a node that stays reads', () => {
    const { model, known, values } = chain();
    const selected = selectFolds(known, takeSurvey(model), { grow: false, uncomputed: true });
    expect(selected).toEqual([values[1]]);
  });

  it('leaves results that are still to be computed when asked to', () => {
    const { model, known, values } = chain();
    expect(selectFolds(known, takeSurvey(model), { grow: false, uncomputed: false })).toEqual([]);
    const [inner] = values;
    const tensor = Tensor.floats([0.5]);
    if (inner !== undefined) known.set(inner, { dataType: 'float32', dims: [1], byteLength: 4, tensor });
    expect(selectFolds(known, takeSurvey(model), { grow: false, uncomputed: false })).toEqual([inner]);
  });

  it('lets the file grow only when asked to', () => {
    const { model, known, values } = chain(1000);
    const survey = takeSurvey(model);
    expect(selectFolds(known, survey, { grow: false, uncomputed: true })).toEqual([]);
    expect(selectFolds(known, survey, { grow: true, uncomputed: true })).toEqual([values[1]]);
  });

  it('leaves results that contradict the declared type', () => {
    const { model, known, values } = chain();
    for (const value of values) value.type = tensorType('float32', [7]);
    expect(selectFolds(known, takeSurvey(model), { grow: true, uncomputed: true })).toEqual([]);
  });
});
