import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Budget,
  CRITERIA,
  CRITERION_NAMES,
  checkBudget,
  parseBudget,
  printBudget,
} from '../../src/verdict/budget.ts';

test('text and JSON say the same', () => {
  const budget = { maxDrop: 0.01, minSpeedup: 1.1, confidence: 0.95 };
  expect(parseBudget('maxDrop=0.01 minSpeedup=1.1 confidence=0.95')).toEqual(budget);
  expect(parseBudget(' confidence=95%,maxDrop=1%, minSpeedup=1.1 ')).toEqual(budget);
  expect(parseBudget('{"maxDrop": 0.01, "minSpeedup": 1.1, "confidence": 0.95}')).toEqual(budget);
});

test.each([
  ['', 'a budget needs at least one criterion'],
  ['confidence=0.9', 'a budget needs at least one criterion'],
  ['maxDrop', "'maxDrop' is no criterion of a budget"],
  ['maxdrop=1', "a budget has no 'maxdrop'"],
  ['maxDrop=1 maxDrop=2', 'the budget has maxDrop twice'],
  ['maxDrop=one', "maxDrop is 'one', which is no number"],
  ['maxDrop=-0.1', 'maxDrop'],
  ['minTop1=1.5', 'minTop1'],
  ['maxDrop=0.01 confidence=1', 'confidence'],
  ['maxDrop=0.01 confidence=0.5', 'confidence'],
  ['{"maxDrop": 0.01', 'the budget is no JSON'],
  ['{"maxDrop": "0.01"}', 'maxDrop'],
  ['{"fastest": 1}', 'fastest'],
])('%s is refused', (text, fault) => {
  expect(() => parseBudget(text)).toThrow(
    expect.objectContaining({ code: 'invalid-option', message: expect.stringContaining(fault) }),
  );
});

const budgets: fc.Arbitrary<Budget> = fc
  .record(
    {
      maxDrop: fc.double({ min: 0, max: 10, noNaN: true }),
      maxShiftDrop: fc.double({ min: 0, max: 10, noNaN: true }),
      maxKl: fc.double({ min: 0, max: 10, noNaN: true }),
      minTop1: fc.double({ min: 0, max: 1, noNaN: true }),
      minCosine: fc.double({ min: -1, max: 1, noNaN: true }),
      minSpeedup: fc.double({ min: 0.001, max: 100, noNaN: true }),
      maxMemoryRatio: fc.double({ min: 0.001, max: 100, noNaN: true }),
      maxSizeRatio: fc.double({ min: 0.001, max: 100, noNaN: true }),
      confidence: fc.double({ min: 0.51, max: 0.99, noNaN: true }),
    },
    { requiredKeys: ['maxDrop'] },
  )
  .map((budget) => JSON.parse(JSON.stringify(budget)));

test('a budget reads back from its text and from its JSON', () => {
  fc.assert(
    fc.property(budgets, (budget) => {
      expect(parseBudget(printBudget(budget))).toEqual(budget);
      expect(parseBudget(JSON.stringify(budget))).toEqual(budget);
      expect(checkBudget(budget)).toEqual(budget);
    }),
  );
});

test('each criterion is about another quantity', () => {
  const quantities = CRITERION_NAMES.map((name) => CRITERIA[name].quantity);
  expect(new Set(quantities).size).toBe(quantities.length);
});
