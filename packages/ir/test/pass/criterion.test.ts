import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Criterion, checkCriterion, type Measured, worse } from '../../src/pass/criterion.ts';

const interval = (lower: number, upper: number, confidence = 0.95) => ({ lower, upper, confidence });

test('a figure at the limit is within it, one beyond is not, and NaN never is', () => {
  const atMost = { bound: 'at most', limit: 0.01 } as const;
  const outcomes = (criterion: Criterion, values: readonly number[]) =>
    values.map((value) => checkCriterion(criterion, { value }).outcome);
  expect(outcomes(atMost, [-1, 0.01, 0.0100001, Number.POSITIVE_INFINITY, Number.NaN])).toEqual([
    'pass',
    'pass',
    'fail',
    'fail',
    'fail',
  ]);
  expect(outcomes({ bound: 'at least', limit: 1 }, [0.9, 1, 2, Number.NaN])).toEqual([
    'fail',
    'pass',
    'pass',
    'fail',
  ]);
});

test('with a confidence the worse end of the interval decides', () => {
  const criterion = { bound: 'at most', limit: 0.01, confidence: 0.95 } as const;
  expect(checkCriterion(criterion, { value: 0.005, interval: interval(0, 0.011) })).toEqual({
    outcome: 'fail',
    decisive: 0.011,
    basis: 'interval',
  });
  expect(checkCriterion(criterion, { value: 0.005, interval: interval(0, 0.009, 0.99) }).outcome).toBe(
    'pass',
  );
  const tooNarrow = { value: 0.005, interval: interval(0, 0.009, 0.9) };
  expect(checkCriterion(criterion, tooNarrow)).toMatchObject({ outcome: 'unknown', basis: 'no interval' });
  expect(checkCriterion(criterion, { value: 0.005 }).outcome).toBe('unknown');
});

test('a figure beyond the limit fails without an interval too', () => {
  const criterion = { bound: 'at most', limit: 0.01, confidence: 0.95 } as const;
  for (const value of [0.02, Number.POSITIVE_INFINITY, Number.NaN]) {
    expect(checkCriterion(criterion, { value, interval: null })).toEqual({
      outcome: 'fail',
      decisive: value,
      basis: 'figure',
    });
  }
});

test('an interval that holds the neutral value shows no difference', () => {
  const criterion = { bound: 'at least', limit: 1.1, neutral: 1 } as const;
  expect(checkCriterion(criterion, { value: 1.2, interval: interval(0.98, 1.4) })).toEqual({
    outcome: 'fail',
    decisive: 1,
    basis: 'no difference',
  });
  expect(checkCriterion(criterion, { value: 1.2, interval: interval(1.05, 1.4) }).outcome).toBe('pass');
  expect(
    checkCriterion({ ...criterion, limit: 1 }, { value: 0.99, interval: interval(0.9, 1.1) }),
  ).toMatchObject({ outcome: 'pass', basis: 'no difference' });
  expect(checkCriterion(criterion, { value: 1.2 }).basis).toBe('no interval');
});

test('what was not measured is unknown', () => {
  const found = { outcome: 'unknown', decisive: null, basis: 'nothing measured' };
  expect(checkCriterion({ bound: 'at most', limit: 1 }, { value: null })).toEqual(found);
});

const criteria: fc.Arbitrary<Criterion> = fc.record({
  bound: fc.constantFrom('at most', 'at least'),
  limit: fc.double({ min: -3, max: 3, noNaN: true }),
  confidence: fc.constantFrom(undefined, 0.9, 0.95),
  neutral: fc.constantFrom(undefined, 1),
});

const figures = fc
  .tuple(
    fc.double({ min: -3, max: 3, noNaN: true }),
    fc.double({ min: 0, max: 2, noNaN: true }),
    fc.double({ min: 0, max: 2, noNaN: true }),
  )
  .map(([value, below, above]) => ({ value, interval: interval(value - below, value + above) }));

const by = fc.double({ min: 0, max: 2, noNaN: true });

test('what gets worse never turns fail into pass', () => {
  fc.assert(
    fc.property(criteria, figures, by, by, by, (criterion, figure, a, b, c) => {
      const sign = criterion.bound === 'at most' ? 1 : -1;
      const ends = [figure.interval.lower + sign * a, figure.interval.upper + sign * b];
      const value = figure.value + sign * c;
      const [lower, upper] = [Math.min(...ends, value), Math.max(...ends, value)];
      // Widening to hold the value must not make an end better than it was.
      fc.pre(sign > 0 ? lower >= figure.interval.lower : upper <= figure.interval.upper);
      const after: Measured = { value, interval: interval(lower, upper) };
      const isBefore = checkCriterion(criterion, figure).outcome === 'pass';
      const isAfter = checkCriterion(criterion, after).outcome === 'pass';
      return isBefore || !isAfter;
    }),
    { numRuns: 2000 },
  );
});

test('the worse of two numbers is the one further beyond', () => {
  expect(worse({ bound: 'at most' }, 1, 2)).toBe(2);
  expect(worse({ bound: 'at least' }, 1, 2)).toBe(1);
  expect(worse({ bound: 'at least' }, 1, Number.NaN)).toBeNaN();
});
