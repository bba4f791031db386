import { expect, test } from 'vitest';
import { loadChartKit } from '../../../src/html/chart.ts';
import { drawRobustness } from '../../../src/html/sections/robustness.ts';
import { cellsOf, elementsOf, fullReport } from '../../support/page.ts';
import { measured, quality, report } from '../../support/report.ts';

const kit = await loadChartKit();

const interval = { lower: 0.98, upper: 1, confidence: 0.95 };
const agreement = [
  {
    output: 'logits',
    where: 'sts',
    examples: 64,
    cosine: { mean: 0.99, deviation: 0, interval },
    divergence: null,
    top1: { mean: 0.9, deviation: 0, interval: null },
  },
];

test('losses on all data are drawn and listed, shifted ones beside the others', () => {
  const shifted = { ...quality(1024, 0.04), shift: 'noise 10 %', interval: null };
  const validation = { validation: measured({ quality: [quality(1024, 0.005), shifted], agreement }) };
  const markup = drawRobustness(kit, { report: report(), validation });
  expect(cellsOf(markup)).toEqual([
    ['bits per byte', '4 × 1024', 'none', '4', '2', '2.01', '+0.50 %', '+0.40 % to +0.60 % (95 %)'],
    ['bits per byte', '4 × 1024', 'noise 10 %', '4', '2', '2.08', '+4.00 %', 'too few examples'],
    ['logits', 'sts', '64', '0.99 (0.98 to 1)', 'not defined', '0.9'],
  ]);
  expect(elementsOf(markup).querySelector('svg.chart')?.textContent).toContain(
    'bits per byte, 4 × 1024, noise 10 %',
  );
  expect(String(markup)).not.toContain('Not measured');
});

test('figures of the report stand in for those of a validation', () => {
  const markup = drawRobustness(kit, { report: fullReport() });
  expect(cellsOf(markup)).toHaveLength(1);
  expect(String(markup)).toContain('Not measured on shifted data');
});

test('without data nothing is drawn, and without any loss there is still an axis', () => {
  const skipped = report({ validation: { status: 'skipped', reason: 'as asked' } });
  expect(
    String(drawRobustness(kit, { report: skipped, validation: { validation: { quality: [1] } } })),
  ).toContain('Not measured: there was no data with a metric');
  const none = { ...quality(8, 0), interval: null };
  const exact = report({
    options: { ...report().options, maxDrop: 0 },
    validation: measured({ quality: [none] }),
  });
  expect(String(drawRobustness(kit, { report: exact }))).not.toContain('NaN');
});
