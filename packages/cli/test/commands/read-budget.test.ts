import { InvalidArgumentError } from 'commander';
import { expect, test } from 'vitest';
import { readBudget } from '../../src/commands/read-budget.ts';

test('a budget is read, and what is wrong with one is wrong usage', () => {
  expect(readBudget('maxDrop=1%')).toEqual({ maxDrop: 0.01 });
  expect(() => readBudget('fast=1')).toThrow(InvalidArgumentError);
  expect(() => readBudget('fast=1')).toThrow(
    /a budget has no 'fast'; write name=number with names of maxDrop/,
  );
  expect(() => readBudget('')).toThrow(/at least one criterion/);
});
