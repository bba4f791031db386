import { expect, test } from 'vitest';
import { parseShifts } from '../../src/validation/parse-shifts.ts';

test('changes of the data and other data', () => {
  expect(parseShifts('noise=0.05, truncate,./news.json,other.txt')).toEqual([
    { kind: 'noise', text: 'noise=0.05', rate: 0.05 },
    { kind: 'truncate', text: 'truncate', keep: undefined },
    { kind: 'other', text: './news.json', path: './news.json' },
    { kind: 'other', text: 'other.txt', path: 'other.txt' },
  ]);
});

test.each([
  ['', 'no shift is given'],
  ['blur=1', "'blur=1' is no shift"],
  ['news', "'news' is no shift"],
  ['noise=2', "'noise=2' needs a number above 0 and up to 1"],
  ['truncate=', "'truncate=' needs a number"],
  ['noise=0.1,noise=0.1', "shift 'noise=0.1' is given twice"],
])('%s is refused', (text, fault) => {
  expect(() => parseShifts(text)).toThrow(
    expect.objectContaining({ code: 'invalid-option', message: expect.stringContaining(fault) }),
  );
});
