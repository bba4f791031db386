import { expect, test } from 'vitest';
import { loadChartKit } from '../../../src/html/chart.ts';
import { drawQuality } from '../../../src/html/sections/quality.ts';
import { cellsOf, elementsOf, fullReport, latencyPoint } from '../../support/page.ts';
import { report } from '../../support/report.ts';

const kit = await loadChartKit();

test('changes that were tried are drawn by depth, by size, and the result by time', () => {
  const markup = drawQuality(kit, { report: fullReport() }, [latencyPoint()]);
  const titles = [...elementsOf(markup).querySelectorAll('svg.chart title')].map(
    ({ textContent }) => textContent,
  );
  expect(titles).toEqual(['Loss by depth', 'Loss against what is left of the model', 'Loss against time']);
  expect(cellsOf(markup)).toEqual([
    ['remove sub-block 1 (mlp)', 'collapse', '0', '+0.60 %', 'selection', '1,500', 'applied'],
    ['remove sub-block 2 (attention)', 'collapse', '1', '+30.00 %', 'calibration', '1,100', 'refused'],
    ['remove sub-block 1 (mlp)', 'collapse', '0', '+0.60 %', 'selection', '1,500', 'applied'],
    ['remove sub-block 2 (attention)', 'collapse', '1', '+30.00 %', 'calibration', '1,100', 'refused'],
    ['length 64', '20 ms', '10 ms', '+0.50 %'],
  ]);
});

test('what was not measured is said to be missing, with the reason', () => {
  const markup = drawQuality(kit, { report: report({ budget: { maxDrop: 0.01 } }) }, [latencyPoint()]);
  expect(elementsOf(markup).querySelector('svg.chart')).toBeNull();
  expect(String(markup)).toContain('Not measured: no pass tried a change on data');
  expect(String(markup)).toContain('loss on held-out data was not measured');
  expect(String(drawQuality(kit, { report: report() }, []))).toContain('times were not measured');
});

test('gains are drawn too', () => {
  const better = fullReport({ budget: { maxDrop: 0, heldoutDrop: -0.25 } });
  const markup = String(drawQuality(kit, { report: better }, [latencyPoint()]));
  expect(markup).not.toContain('NaN');
  expect(markup).toContain('-25.00 %');
});
