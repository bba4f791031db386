import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  formatBytes,
  formatChange,
  formatCount,
  formatDuration,
  formatList,
  formatMilliseconds,
  formatNumber,
  formatShare,
} from '../../src/text/format.ts';

test('bytes have the unit that keeps them short', () => {
  expect([0, 999, 1000, 10178158, 2e9].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1.0 KB',
    '10.2 MB',
    '2.0 GB',
  ]);
});

test('counts are grouped', () => {
  expect([0, 644, 4774311].map(formatCount)).toEqual(['0', '644', '4,774,311']);
});

test('changes have a sign unless they round to nothing', () => {
  expect([0.0123, -0.5, 0, 1e-9, -1e-9].map(formatChange)).toEqual([
    '+1.23 %',
    '-50.00 %',
    '0.00 %',
    '0.00 %',
    '0.00 %',
  ]);
  expect([Number.POSITIVE_INFINITY, Number.NaN].map(formatChange)).toEqual(['Infinity', '']);
  expect(formatShare(0.01)).toBe('1.00 %');
});

test('numbers keep three digits', () => {
  expect([0, 1.23456, 12.3456, 0.012345, 1234.5, 3e-7, 2e7].map(formatNumber)).toEqual([
    '0',
    '1.23',
    '12.3',
    '0.0123',
    '1,235',
    '3.0e-7',
    '2.0e+7',
  ]);
  expect(formatMilliseconds(26.04)).toBe('26 ms');
});

test('lists are cut where that saves more than one item', () => {
  expect(formatList(['a', 'b', 'c'], 2)).toBe('a, b, c');
  expect(formatList(['a', 'b', 'c', 'd'], 2)).toBe('a, b and 2 more');
  expect(formatList(['a', 'b'], 2, '; ')).toBe('a; b');
});

test('times are rounded up, the more the longer they are', () => {
  expect([0, 0.2, 9.3, 10.1, 56, 61, 121, 128, 3599, 3601, 3900, 7200].map(formatDuration)).toEqual([
    '0 s',
    '1 s',
    '10 s',
    '15 s',
    '1 min',
    '1 min 10 s',
    '2 min 10 s',
    '2 min 10 s',
    '1 h',
    '1 h 1 min',
    '1 h 5 min',
    '2 h',
  ]);
});

test('a time in words is never shorter than it is, and at most a fifth longer or five seconds', () => {
  const seconds = (text: string) =>
    [...text.matchAll(/(\d+) (h|min|s)/g)].reduce(
      (sum, [, amount, unit]) => sum + Number(amount) * ({ h: 3600, min: 60, s: 1 }[`${unit}`] ?? Number.NaN),
      0,
    );
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), (time) => {
      const said = seconds(formatDuration(time));
      expect(said).toBeGreaterThanOrEqual(time - 1e-6);
      expect(said).toBeLessThanOrEqual(Math.max(time * 1.2, time + 5));
    }),
  );
});
