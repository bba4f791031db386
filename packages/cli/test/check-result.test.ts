import { expect, test } from 'vitest';
import { measured, passRecord, patchRecord, quality } from '../../report/test/support/report.ts';
import { checkBudget, checkFidelity } from '../src/check-result.ts';
import { recorder } from './support/streams.ts';

const records = [
  passRecord('tidy', [patchRecord()]),
  passRecord('collapse', [patchRecord({ pass: 'collapse', guarantee: 'empirical' })]),
];

test('the worst loss is held against the budget', () => {
  const validation = measured({ quality: [quality(1024, 0.02), quality(4096, 0.005)] });
  expect(checkBudget(validation, 0.02, records)).toEqual({ maxDrop: 0.02, heldoutDrop: 0.02 });
  expect(() => checkBudget(validation, 0.01, records)).toThrow(
    expect.objectContaining({
      code: 'budget-exceeded',
      message: 'bits per byte on held-out data gets worse by +2.00 % at 1024 bytes, the budget is 1.00 %',
      hint: 'raise --max-drop, or leave out collapse; nothing was written',
    }),
  );
});

test('an infinite loss is over any budget, a gain under the budget of zero', () => {
  const lost = measured({ quality: [quality(1024, Number.POSITIVE_INFINITY)] });
  expect(() => checkBudget(lost, 1e9, [])).toThrow(expect.objectContaining({ code: 'budget-exceeded' }));
  expect(checkBudget(measured({ quality: [quality(1024, -0.1)] }), 0, [])).toEqual({
    maxDrop: 0,
    heldoutDrop: -0.1,
  });
});

test('without figures there is nothing to hold against it', () => {
  expect(checkBudget({ status: 'skipped', reason: 'as asked' }, 0.01, records)).toEqual({ maxDrop: 0.01 });
  expect(checkBudget(measured({ quality: [] }), 0.01, records)).toEqual({ maxDrop: 0.01 });
});

test('exact changes that move outputs are worth a warning, others are meant to', () => {
  const exact = [passRecord('tidy', [patchRecord()])];
  const heard = (validation: Parameters<typeof checkFidelity>[0], passes = exact) => {
    const listener = recorder();
    checkFidelity(validation, passes, listener);
    return listener.heard;
  };
  const good = measured();
  expect(heard(measured({ fidelity: good.fidelity.slice(0, 1) }))).toEqual([]);
  expect(heard(good)).toEqual([
    'warn every change is exact, yet output logits differs by more than rounding (length 128, synthesized)',
  ]);
  expect(heard(good, records)).toEqual([]);
  expect(heard({ status: 'skipped', reason: 'as asked' })).toEqual([]);
});
