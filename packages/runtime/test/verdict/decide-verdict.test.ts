import { worse } from '@sentei/ir';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CRITERIA, type CriterionName } from '../../src/verdict/budget.ts';
import { decideVerdict } from '../../src/verdict/decide-verdict.ts';
import type { Figure, Quantity } from '../../src/verdict/types.ts';

const figure = (
  quantity: Quantity,
  value: number | null,
  ends?: readonly [number, number],
  where = 'here',
): Figure => ({
  quantity,
  where,
  value,
  interval: ends ? { lower: ends[0], upper: ends[1], confidence: 0.95 } : null,
});

test('the worst figure of each criterion is reported with the number that decided', () => {
  const figures = [
    figure('drop', 0.002, [0.001, 0.004], 'windows of 1024 bytes'),
    figure('drop', 0.006, [0.001, 0.011], 'windows of 4096 bytes'),
    figure('speed-up', 1.02, [0.97, 1.08], 'length 64'),
    figure('speed-up', 1.4, [1.3, 1.5], 'length 512'),
  ];
  const point = decideVerdict(figures, { maxDrop: 0.01, minSpeedup: 1.1 });
  expect(point.outcome).toBe('fail');
  expect(point.criteria.map(({ reason, outcome }) => [outcome, reason])).toEqual([
    [
      'pass',
      'drop (windows of 4096 bytes) is 0.60 % [0.10 %, 1.10 %] at 95 %, within the limit, at most 1.00 % (the figure itself decides)',
    ],
    [
      'fail',
      'speed-up (length 64) is 1.02 x [0.97 x, 1.08 x] at 95 %, no difference: 1.00 x is not within the limit, at least 1.10 x',
    ],
  ]);
  const confident = decideVerdict(figures, { maxDrop: 0.01, confidence: 0.95 });
  expect(confident.criteria).toEqual([
    {
      name: 'maxDrop',
      quantity: 'drop',
      where: 'windows of 4096 bytes',
      measured: 0.006,
      interval: { lower: 0.001, upper: 0.011, confidence: 0.95 },
      limit: 0.01,
      outcome: 'fail',
      reason:
        'drop (windows of 4096 bytes) is 0.60 % [0.10 %, 1.10 %] at 95 %; its upper end 1.10 % is not within the limit, at most 1.00 %',
    },
  ]);
});

test('what is not known fails unless it is allowed, and says why', () => {
  const missing = { ...figure('memory ratio', null), reason: 'the machine does not tell' };
  const budget = { maxDrop: 0.01, maxMemoryRatio: 1, minSpeedup: 1 };
  const figures = [missing, figure('drop', 0), figure('speed-up', 2)];
  const verdict = decideVerdict(figures, budget);
  expect(verdict.outcome).toBe('fail');
  expect(verdict.criteria.map(({ outcome, reason }) => `${outcome}: ${reason}`)).toEqual([
    'pass: drop (here) is 0.00 %, within the limit, at most 1.00 % (the figure itself decides)',
    'unknown: speed-up (here) has no interval, which the budget asks for',
    'unknown: memory ratio (here) is not known: the machine does not tell',
  ]);
  expect(decideVerdict(figures, budget, { allowUnknown: true }).outcome).toBe('pass');
  expect(decideVerdict([], { maxKl: 1 }).criteria).toMatchObject([
    { outcome: 'unknown', reason: 'divergence was not measured', where: null },
  ]);
});

test('sizes are no samples, and decide by themselves whatever the confidence', () => {
  const budget = { maxSizeRatio: 0.9, maxMemoryRatio: 1, confidence: 0.99 };
  const figures = [figure('size ratio', 0.8), figure('memory ratio', 1.2)];
  expect(decideVerdict(figures, budget).criteria.map(({ outcome }) => outcome)).toEqual(['fail', 'pass']);
});

test('allowing what is unknown does not allow what fails', () => {
  const figures = [figure('drop', 0.02), figure('drop', null, undefined, 'there')];
  expect(decideVerdict(figures, { maxDrop: 0.01 }, { allowUnknown: true })).toMatchObject({
    outcome: 'fail',
    criteria: [{ outcome: 'fail', where: 'here' }],
  });
});

const NAMES = Object.keys(CRITERIA) as CriterionName[];

const budgets = fc.record(
  {
    maxDrop: fc.constantFrom(0, 0.01, 0.5),
    maxShiftDrop: fc.constantFrom(0.03, 0.5),
    minTop1: fc.constantFrom(0.5, 0.9),
    minSpeedup: fc.constantFrom(0.9, 1, 1.2),
    confidence: fc.constantFrom(0.9, 0.95),
  },
  { requiredKeys: ['maxDrop'] },
);

const figures = fc.array(
  fc
    .record({
      quantity: fc.constantFrom<Quantity>('drop', 'shift drop', 'top-1 agreement', 'speed-up'),
      where: fc.constantFrom('a', 'b', 'c'),
      value: fc.option(fc.oneof(fc.double({ min: -1, max: 2, noNaN: true }), fc.constant(Number.NaN))),
      below: fc.double({ min: 0, max: 1, noNaN: true }),
      above: fc.double({ min: 0, max: 1, noNaN: true }),
      hasInterval: fc.boolean(),
    })
    .map(({ quantity, where, value, below, above, hasInterval }) =>
      figure(
        quantity,
        value,
        hasInterval && value !== null ? [value - below, value + above] : undefined,
        where,
      ),
    ),
  { maxLength: 8 },
);

test('the order of the figures does not matter', () => {
  const shuffled = figures.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
  );
  fc.assert(
    fc.property(shuffled, budgets, fc.boolean(), ([all, other], budget, allowUnknown) => {
      expect(decideVerdict(other, budget, { allowUnknown })).toEqual(
        decideVerdict(all, budget, { allowUnknown }),
      );
    }),
    { numRuns: 1000 },
  );
});

test('worse figures never turn fail into pass, and neither does a tighter budget', () => {
  const amount = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      figures,
      budgets,
      fc.boolean(),
      fc.infiniteStream(amount),
      (all, budget, allowUnknown, by) => {
        const next = () => by.next().value ?? 0;
        const before = decideVerdict(all, budget, { allowUnknown });
        const after = decideVerdict(
          all.map((each) => worsen(each, next())),
          budget,
          { allowUnknown },
        );
        expect(before.outcome === 'fail' && after.outcome === 'pass').toBe(false);
        const tighter = decideVerdict(all, { ...budget, maxDrop: budget.maxDrop / 2 }, { allowUnknown });
        expect(before.outcome === 'fail' && tighter.outcome === 'pass').toBe(false);
      },
    ),
    { numRuns: 1000 },
  );
});

/** Moves a figure and both ends of its interval to the bad side. */
function worsen(each: Figure, by: number): Figure {
  const name = NAMES.find((one) => CRITERIA[one].quantity === each.quantity) ?? 'maxDrop';
  const { bound } = CRITERIA[name];
  const move = (value: number) => value + (worse({ bound }, -1, 1) > 0 ? by : -by);
  const { value, interval } = each;
  return {
    ...each,
    value: value === null ? null : move(value),
    interval: interval && { ...interval, lower: move(interval.lower), upper: move(interval.upper) },
  };
}
