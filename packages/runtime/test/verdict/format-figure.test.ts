import { expect, test } from 'vitest';
import { formatInterval, formatPair, formatValue } from '../../src/verdict/format-figure.ts';

test('figures in their units', () => {
  expect(formatValue(0.0123, 'per cent')).toBe('1.23 %');
  expect(formatValue(-0.000001, 'per cent')).toBe('0.00 %');
  expect(formatValue(1.5, 'ratio')).toBe('1.50 x');
  expect(formatValue(0.000123456, 'number')).toBe('0.0001235');
  expect(formatValue(Number.POSITIVE_INFINITY, 'per cent')).toBe('Infinity');
  expect(formatInterval({ lower: -0.01, upper: 0.002, confidence: 0.95 }, 'per cent')).toBe(
    '[-1.00 %, 0.20 %] at 95 %',
  );
});

test('a figure just beyond a limit does not look like it', () => {
  expect(formatPair(0.010001, 0.01, 'per cent')).toEqual(['1.0001 %', '1.0000 %']);
  expect(formatPair(0.01, 0.01, 'per cent')).toEqual(['1.00 %', '1.00 %']);
  expect(formatPair(1, 1 + Number.EPSILON, 'ratio')).toEqual(['1.000000000000 x', '1.000000000000 x']);
});
