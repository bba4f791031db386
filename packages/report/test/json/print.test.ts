import { expect, test } from 'vitest';
import { printReport } from '../../src/json/print.ts';
import { passRecord, patchRecord, report } from '../support/report.ts';

test('a report is JSON that reads back the same', () => {
  const original = report();
  const text = printReport(original);
  expect(JSON.parse(text)).toEqual(original);
  expect(text.endsWith('}\n')).toBe(true);
});

test('numbers that JSON does not have are written as text', () => {
  const patch = patchRecord({ scores: { drop: Number.POSITIVE_INFINITY, score: Number.NaN } });
  const { passes } = JSON.parse(printReport(report({ passes: [passRecord('tidy', [patch])] })));
  expect(passes[0].patches[0].scores).toEqual({ drop: 'Infinity', score: 'NaN' });
});
