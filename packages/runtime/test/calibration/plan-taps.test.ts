import { readModelBytes } from '@sentei/ir';
import { expect, test } from 'vitest';
import { planTaps, tappedOutputs } from '../../src/calibration/plan-taps.ts';
import { tappableModel } from '../support/calibration.ts';
import { loopModel } from '../support/tiny-model.ts';

const model = tappableModel();

test('values are named, by themselves or by their names', () => {
  const [h] = [...model.graph.nodes()].flatMap(({ outputs }) => outputs);
  if (h === undefined) throw new Error('the model has no nodes');
  const plan = planTaps(model, [{ value: h, cross: ['y', 'x'], mask: 'x' }], 'skip');
  expect(plan).toEqual({
    taps: [{ value: 'h', axis: -1, gram: false, cross: ['y', 'x'], mask: 'x' }],
    nonFinite: 'skip',
  });
  // Inputs are known without the model.
  expect(tappedOutputs(model, plan).map(({ name }) => name)).toEqual(['h', 'y']);
});

test.each([
  [{ value: 'nothing', gram: true }, "'nothing' is not a value"],
  [{ value: 'h', gram: true, mask: 'nothing' }, "'nothing' is not a value"],
  [{ value: 'h', cross: ['w'] }, "'w' is a constant"],
  [{ value: 'h' }, "'h' is tapped for nothing"],
  [{ value: 'h', cross: [] }, "'h' is tapped for nothing"],
  [{ value: 'h', quantiles: { bits: 99 } }, 'quantiles'],
])('%j is refused', (tap, words) => {
  expect(() => planTaps(model, [tap], 'refuse')).toThrow(
    expect.objectContaining({ code: 'invalid-option', message: expect.stringContaining(words) }),
  );
});

test('a value of another model of the same name is refused', () => {
  const other = tappableModel().graph.outputs[0];
  if (other === undefined) throw new Error('the model has no output');
  expect(() => planTaps(model, [{ value: other, gram: true }], 'refuse')).toThrow("'z' is not a value");
});

test('what lies inside a subgraph is refused by name', () => {
  const loop = readModelBytes(loopModel());
  expect(() => planTaps(loop, [{ value: 'after', moments: 'value' }], 'refuse')).toThrow(
    expect.objectContaining({
      code: 'invalid-option',
      subject: 'after',
      message: expect.stringContaining('subgraph'),
    }),
  );
});
