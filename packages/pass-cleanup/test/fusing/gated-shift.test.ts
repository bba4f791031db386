import { inferTypes, type Model, Tensor, type Value } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { findGatedShift, type GatedShift } from '../../src/fusing/gated-shift.ts';
import { Extents } from '../../src/shapes/extents.ts';
import { takeSurvey } from '../../src/survey.ts';
import { noise, tinyModel } from '../support/tiny.ts';

interface Form {
  readonly pads?: readonly number[];
  readonly axes?: readonly number[];
  readonly fill?: number;
  readonly target?: readonly number[];
  readonly one?: number;
  readonly bias?: number;
}

function shift(form: Form = {}): Model {
  const { pads = [0, 1, 0, 0, 0, -1, 0, 0], axes, fill = 0, target = [0, 0, 2, 3], one = 1, bias } = form;
  return tinyModel({ x: ['n', 'l', 4] }, (b, [x]) => {
    const weight = (columns: number) =>
      b.graph.addInitializer(b.graph.newValue('w'), Tensor.floats(noise(4 * columns), [4, columns]));
    const value = b.op('Reshape', [b.op('MatMul', [x as Value, weight(6)]), b.int64(target)]);
    const logits = b.op('MatMul', [x as Value, weight(2)]);
    const shifted = bias === undefined ? logits : b.op('Add', [logits, b.float32(noise(bias))]);
    const gate = b.op('Unsqueeze', [b.op('Sigmoid', [shifted]), b.int64([3])]);
    const named = axes === undefined ? [] : [b.int64(axes)];
    const past = b.op('Pad', [value, b.int64(pads), b.float32([fill], []), ...named]);
    const rest = b.op('Sub', [b.float32([one], []), gate]);
    return [b.op('Add', [b.op('Mul', [value, rest]), b.op('Mul', [past, gate])])];
  });
}

function find(model: Model): GatedShift | undefined {
  const survey = takeSurvey(model);
  const types = inferTypes(model);
  const root = [...model.graph.nodes()].at(-1);
  return root && findGatedShift(root, survey, new Extents(survey, types), types);
}

describe('findGatedShift', () => {
  it('reads heads, width and pads, which may name their axes', () => {
    const pads = [0, 1, 0, 0, 0, -1, 0, 0];
    expect(find(shift())).toMatchObject({ heads: 2, width: 3, pads });
    expect(find(shift({ pads: [1, -1], axes: [-3] }))).toMatchObject({ heads: 2, width: 3, pads });
    expect(find(shift())?.nodes).toHaveLength(10);
    expect(find(shift({ bias: 2 }))).toMatchObject({ bias: { dims: [2] }, nodes: { length: 11 } });
  });

  it.each<[string, Form]>([
    ['pads along the heads', { pads: [0, 0, 1, 0, 0, 0, -1, 0] }],
    ['pads that make it longer', { pads: [0, 1, 0, 0, 0, 0, 0, 0] }],
    ['ones coming in', { fill: 1 }],
    ['two minus the gate', { one: 2 }],
    ['batch and sequence that are mixed by the Reshape', { target: [-1, 1, 2, 3] }],
    ['one bias for all heads', { bias: 1 }],
  ])('is not found with %s', (_, form) => {
    expect(find(shift(form))).toBeUndefined();
  });
});
