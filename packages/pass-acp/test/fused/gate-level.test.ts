import { type GraphBuilder, tensorType, Value } from '@sentei/ir';
import { expect, test } from 'vitest';
import { staticGateLevel } from '../../src/fused/gate-level.ts';
import type { Decay } from '../../src/matching/decaying-attention.ts';
import { attentionInputs } from '../support/attention-model.ts';

const AXES = ['batch', 'position', 'head'] as const;

/** Log gates [batch, L, 2] of logits with something added, in one of the forms that exporters write. */
function gatesOf(form: 'log-sigmoid' | 'softplus' | 'none', bias: readonly number[] = [1, 4]) {
  const { b, attention } = attentionInputs({ heads: 2, channels: 8 });
  const logits = new Value('logits', tensorType('float32', ['batch', 'length', 2]));
  const add = (build: GraphBuilder, x: Value) => build.op('Add', [x, build.float32(bias)]);
  const value = {
    'log-sigmoid': () => b.op('Log', [b.op('Sigmoid', [add(b, logits)])]),
    softplus: () => b.op('Neg', [b.op('Softplus', [b.op('Neg', [add(b, logits)])])]),
    none: () => b.op('Log', [b.op('Sigmoid', [logits])]),
  }[form]();
  return { ...attention, decay: { ...attention.decay, logGates: { value, axes: AXES } } };
}

test.each(['log-sigmoid', 'softplus'] as const)('reads the constant of gate logits out of %s', (form) => {
  const [local = 0, open = 0] = staticGateLevel(gatesOf(form)) ?? [];
  expect(local).toBeCloseTo(-0.313, 3);
  expect(open).toBeCloseTo(-0.018, 3);
});

test('knows none where nothing is added, or not one number for each head', () => {
  expect(staticGateLevel(gatesOf('none'))).toBeUndefined();
  expect(staticGateLevel(gatesOf('log-sigmoid', [1]))).toBeUndefined();
});

test('repeats gates that heads share, and takes slopes as they are', () => {
  const { attention } = attentionInputs({ heads: 4, channels: 8 });
  const { decay } = gatesOf('log-sigmoid');
  const shared = { ...attention, decay: { ...decay, logGates: { ...decay.logGates, repeats: 2 } } };
  const levels = staticGateLevel(shared)?.map((level) => Number(level.toFixed(2)));
  expect(levels).toEqual([-0.31, -0.31, -0.02, -0.02]);
  const slopes: Decay = { kind: 'slopes', slopes: [0.5, 0.25, 0.125, 0] };
  expect(staticGateLevel({ ...attention, decay: slopes })).toEqual([-0.5, -0.25, -0.125, -0]);
});
