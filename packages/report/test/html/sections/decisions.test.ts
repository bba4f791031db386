import { expect, test } from 'vitest';
import { drawDecisions } from '../../../src/html/sections/decisions.ts';
import { elementsOf, fullReport } from '../../support/page.ts';
import { passRecord, patchRecord } from '../../support/report.ts';

test('there is a list for each pass and each kind of decision', () => {
  const page = elementsOf(drawDecisions(fullReport().passes));
  expect([...page.querySelectorAll('summary')].map(({ textContent }) => textContent)).toEqual([
    '1 acp: 1 applied',
    '2 collapse: 1 applied',
    '2 collapse: 1 refused',
  ]);
  const cells = [...page.querySelectorAll('details:last-of-type tbody tr > *')];
  expect(cells.map(({ textContent }) => textContent)).toEqual([
    'remove sub-block 2 (attention)',
    'refused',
    'a loss of 30.00 %; the budget is 1.00 %',
    'calibration drop +30.00 %, parameters 400',
    'exact',
    '1: Add c',
  ]);
});

test('ten thousand refusals are summed up by reason', () => {
  const patches = Array.from({ length: 10_000 }, (_, index) =>
    patchRecord({ name: `p${index}`, decision: 'refused', reason: `it loses ${index} %` }),
  );
  const decisions = { applied: 0, reverted: 0, refused: 12_000 };
  const text = String(drawDecisions([passRecord('many', patches, { decisions })]));
  expect(text.length).toBeLessThan(100_000);
  expect(text).toContain('and 9,800 more, for these reasons:');
  expect(text).toContain('9,800 × <bdi>it loses 200 %</bdi>');
  expect(text).toContain('2,000 more were counted and not recorded');
});

test('passes that had nothing to decide are named, and so is an empty pipeline', () => {
  expect(String(drawDecisions([passRecord('idle', [], { run: 2 })]))).toContain('<bdi>1 idle, run 2</bdi>.');
  expect(String(drawDecisions([]))).toContain('The pipeline is empty');
});
