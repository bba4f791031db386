import { expect, test } from 'vitest';
import { describeComparison, drawTimes } from '../../src/terminal/time-tables.ts';
import { comparison } from '../support/benchmark.ts';
import { measured } from '../support/report.ts';

test('times come with the interval of the speed-up and what it shows', () => {
  const { speed } = measured();
  const compared = [1.01, 2].map((ratio) => ({ ...comparison(ratio) }));
  const text = drawTimes(
    [...speed, ...compared.flatMap((each) => speed.map((figure) => ({ ...figure, comparison: each })))],
    'time, 2 threads',
  );
  const rows = text.split('\n').map((line) => line.split('│').map((cell) => cell.trim()));
  expect(rows.filter((cells) => cells[1] === 'length 64').map((cells) => cells.slice(4, 7))).toEqual([
    ['2.00 ×', '', 'too few rounds'],
    ['1.01 ×', '0.96 - 1.06', 'no difference'],
    ['2.00 ×', '1.90 - 2.10', 'faster'],
  ]);
  expect(text).toContain('│ time, 2 threads │');
});

test('without enough rounds there is no ratio to tell', () => {
  expect(describeComparison(undefined)).toEqual(['', '', 'too few rounds']);
});
