import { SenteiError } from '@sentei/ir';
import { expect, test } from 'vitest';
import { EXIT_CODES, exitCodeOf } from '../src/exit-codes.ts';

test('errors thrown on purpose have the code of what went wrong', () => {
  const codes = ['file-missing', 'pipeline-syntax', 'invalid-data', 'output-unwritable'] as const;
  expect(codes.map((code) => exitCodeOf(new SenteiError(code, 'x')))).toEqual([3, 4, 5, 6]);
  const later = [
    'runtime-timeout',
    'budget-exceeded',
    'invalid-plugin',
    'not-reproduced',
    'cancelled',
  ] as const;
  expect(later.map((code) => exitCodeOf(new SenteiError(code, 'x')))).toEqual([7, 8, 4, 9, 130]);
});

test('everything else is a defect', () => {
  expect(exitCodeOf(new TypeError('x'))).toBe(1);
  expect(exitCodeOf(undefined)).toBe(1);
});

test('the documented codes are distinct and in order', () => {
  const codes = EXIT_CODES.map(({ code }) => code);
  expect(codes).toEqual([...new Set(codes)].sort((a, b) => a - b));
});
