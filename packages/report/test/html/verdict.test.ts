import { expect, test } from 'vitest';
import { dropBudget, verdictOf } from '../../src/html/verdict.ts';
import { report } from '../support/report.ts';

const verdict = {
  outcome: 'fail',
  criteria: [
    { name: 'maxDrop', outcome: 'pass', reason: 'loss 0.10 %' },
    { name: 'minSpeedup', outcome: 'fail', reason: 'speed-up 0.90 is below 1.10' },
  ],
};

test('the verdict of the validation goes before the figures of the report', () => {
  expect(verdictOf({ report: report(), validation: { verdict } })).toMatchObject({
    outcome: 'fail',
    reasons: [{ outcome: 'pass' }, { outcome: 'fail', reason: 'speed-up 0.90 is below 1.10' }],
  });
});

test('a report has its own verdict where there is no validation', () => {
  const budget = { ...report().budget, verdict } as unknown as ReturnType<typeof report>['budget'];
  expect(verdictOf({ report: report({ budget }) }).outcome).toBe('fail');
});

test('the budget is that of the validation, else that of the run', () => {
  expect(dropBudget({ report: report() })).toBe(0.01);
  const budgeted = { verdict: { ...verdict, budget: { maxDrop: 0.05 } } };
  expect(dropBudget({ report: report(), validation: budgeted })).toBe(0.05);
  expect(dropBudget({ report: report(), validation: { verdict: { budget: { minSpeedup: 2 } } } })).toBe(0.01);
});

test('a loss within the budget passes, one beyond it fails', () => {
  expect(verdictOf({ report: report() })).toEqual({
    outcome: 'pass',
    reasons: [{ outcome: 'pass', reason: 'loss on held-out data +0.50 %, the budget is 1.00 %' }],
  });
  expect(verdictOf({ report: report({ budget: { maxDrop: 0.01, heldoutDrop: 0.02 } }) }).outcome).toBe(
    'fail',
  );
  expect(verdictOf({ report: report({ budget: { maxDrop: 0.01, heldoutDrop: Number.NaN } }) }).outcome).toBe(
    'fail',
  );
});

test('without figures nothing is judged, and the reason is given', () => {
  const validation = { status: 'skipped', reason: 'as asked' } as const;
  expect(verdictOf({ report: report({ budget: { maxDrop: 0.01 }, validation }) })).toEqual({
    outcome: 'unknown',
    reasons: [{ outcome: 'unknown', reason: 'loss on held-out data was not measured: as asked' }],
  });
});
