import { expect, test } from 'vitest';
import { measured, passRecord, patchRecord, quality } from '../../report/test/support/report.ts';
import { checkFidelity, holdBudget, refuseOverBudget } from '../src/check-result.ts';
import { recorder } from './support/streams.ts';

const records = [
  passRecord('tidy', [patchRecord()]),
  passRecord('collapse', [patchRecord({ pass: 'collapse', guarantee: 'empirical' })]),
];

test('the worst loss is held against the budget', () => {
  const validation = measured({ quality: [quality(1024, 0.02), quality(4096, 0.005)] });
  const held = holdBudget({ validation, maxDrop: 0.02 });
  expect(held).toMatchObject({
    budget: { maxDrop: 0.02, heldoutDrop: 0.02 },
    verdict: { outcome: 'pass' },
  });
  expect(() => refuseOverBudget(held, records)).not.toThrow();
  expect(() => refuseOverBudget(holdBudget({ validation, maxDrop: 0.01 }), records)).toThrow(
    expect.objectContaining({
      code: 'budget-exceeded',
      subject: 'maxDrop',
      message: expect.stringMatching(
        /^drop \(bits per byte, 4 × 1024\) is 2.00 % .*, not within the limit, at most 1.00 %/,
      ),
      hint: 'raise the budget, or leave out collapse; nothing was written',
    }),
  );
});

test('an infinite loss is over any budget, a gain under the budget of zero', () => {
  const lost = measured({ quality: [quality(1024, Number.POSITIVE_INFINITY)] });
  expect(() => refuseOverBudget(holdBudget({ validation: lost, maxDrop: 1e9 }), [])).toThrow(
    expect.objectContaining({ code: 'budget-exceeded' }),
  );
  const better = measured({ quality: [quality(1024, -0.1)] });
  expect(holdBudget({ validation: better, maxDrop: 0 })).toMatchObject({
    budget: { heldoutDrop: -0.1 },
    verdict: { outcome: 'pass' },
  });
});

test('without figures there is nothing to hold, unless it was asked for', () => {
  const skipped = { status: 'skipped', reason: 'as asked' } as const;
  expect(holdBudget({ validation: skipped, maxDrop: 0.01 })).toEqual({ budget: { maxDrop: 0.01 } });
  expect(holdBudget({ validation: measured({ quality: [] }), maxDrop: 0.01 })).toEqual({
    budget: { maxDrop: 0.01 },
  });
  const held = holdBudget({ validation: skipped, maxDrop: 0.01, budget: { minSpeedup: 1.1 } });
  expect(held.verdict).toMatchObject({ outcome: 'fail', criteria: [{ outcome: 'unknown' }] });
  expect(() => refuseOverBudget(held, [])).toThrow(/speed-up was not measured/);
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
