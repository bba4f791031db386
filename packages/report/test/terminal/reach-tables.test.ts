import { expect, test } from 'vitest';
import { drawReach } from '../../src/terminal/reach-tables.ts';
import { fullReport, reach } from '../support/page.ts';
import { measured } from '../support/report.ts';

test('gains are listed by length, predicted and measured, with the heads that hold them back', () => {
  const [figure] = measured().speed;
  const speed = figure === undefined ? [] : [{ ...figure, label: 'length 1024', length: 1024 }];
  const text = drawReach(fullReport({ validation: measured({ speed }) }));
  expect(text).toMatch(/^reach of 3 heads: 1 local, 1 medium, 1 global; gains by operations alone\n/);
  const rows = text.split('\n').map((line) => line.split('│').map((cell) => cell.trim()));
  expect(rows).toContainEqual(['', '512', '16.67 %', '30.00 %', '2.20 ×', '1.20 ×', '', '']);
  expect(rows).toContainEqual(['', '1,024', '43.33 %', '50.00 %', '3.30 ×', '1.50 ×', '2.00 ×', '']);
  expect(text).toContain(
    "most of what is left, and the model's gain without: attention 0 head 2 (60.00 %, 1.25 ×)\n",
  );
});

test('nothing is said of what was not measured', () => {
  expect(drawReach(fullReport({ reach: { status: 'skipped', reason: 'no data' } }))).toBe('');
  expect(drawReach(fullReport({ reach: undefined }))).toBe('');
  expect(drawReach(fullReport({ reach: reach({ gains: [], holding: [] }) })).split('\n')).toHaveLength(2);
});
