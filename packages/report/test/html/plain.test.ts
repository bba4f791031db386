import { expect, test } from 'vitest';
import { drawPlain } from '../../src/html/plain.ts';
import { cellsOf, elementsOf } from '../support/page.ts';

test('objects are facts, lists of objects tables, and what is within goes below', () => {
  const value = {
    peakMemory: 1200,
    unit: 'MB',
    isKnown: true,
    energy: null,
    shifts: [
      { name: 'noise', drop: 0.0123, interval: { lower: 0.01, upper: 0.02 } },
      { name: 'truncation', drop: 0.2 },
    ],
    deeper: { models: ['a', 'b'] },
  };
  const page = elementsOf(drawPlain(value, 'all'));
  const facts = [...page.querySelectorAll('dl div')].map(({ textContent }) => textContent);
  expect(facts).toEqual(['peak memory1,200', 'unitMB', 'is knownyes', 'energynot measured', 'modelsa, b']);
  expect(page.querySelector('caption')?.textContent).toBe('Shifts');
  expect(cellsOf(drawPlain(value, 'all'))).toEqual([
    ['noise', '0.0123', '0.01', '0.02'],
    ['truncation', '0.2', '', ''],
  ]);
});

test('long rows, long lists and deep nests are cut', () => {
  const rows = Array.from({ length: 5000 }, (_, index) => ({ index, times: Array(5000).fill(1) }));
  const page = String(drawPlain(rows, 'rows'));
  expect(page.length).toBeLessThan(20_000);
  expect(page).toContain('the first 100 of 5,000');
  let deep: unknown = 1;
  for (let level = 0; level < 5000; level++) deep = { deep, x: 1 };
  expect(String(drawPlain(deep, 'deep')).length).toBeLessThan(5000);
});

test('texts stay texts', () => {
  const page = elementsOf(drawPlain([{ '<img src=x>': '</td><script>' }], '<b>'));
  expect(page.querySelector('img, script, b')).toBeNull();
});
