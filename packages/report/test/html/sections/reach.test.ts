import { expect, test } from 'vitest';
import { loadChartKit } from '../../../src/html/chart.ts';
import { drawReach } from '../../../src/html/sections/reach.ts';
import { cellsOf, elementsOf, fullReport, headReach, latencyPoint, reach } from '../../support/page.ts';

const kit = await loadChartKit();

test('each head is a cell of the map, and each kind of head a line by length', () => {
  const markup = drawReach(kit, fullReport(), []);
  const elements = elementsOf(markup);
  expect(elements.querySelectorAll('[aria-label="cell"] rect')).toHaveLength(3);
  expect(elements.querySelectorAll('[aria-label="line"] path')).toHaveLength(4);
  expect(String(markup)).toContain('3 heads: 1 local, 1 medium, 1 global');
  const rows = cellsOf(markup);
  expect(rows[0]).toEqual(['attention 0, head 0', 'local', '20', '51', '90', '1,000', '90.00 %', '9.5']);
  expect(rows[2]?.[2]).toBe('never');
  expect(rows).toContainEqual(['1,024', '90.00 %', '40.00 %', '0.00 %', '43.33 %']);
});

test('predicted gains stand beside measured ones, heads that hold them back and attention of unknown reach below', () => {
  const points = [latencyPoint({ length: 1024, speedup: 2.5 }), latencyPoint({ length: 512, batch: 8 })];
  const rows = cellsOf(drawReach(kit, fullReport(), points));
  expect(rows).toContainEqual(['512', '30.00 %', '45.00 %', '2.20 ×', '1.20 ×', 'not measured']);
  expect(rows).toContainEqual(['1,024', '50.00 %', '30.00 %', '3.30 ×', '1.50 ×', '2.50 ×']);
  expect(rows).toContainEqual(['attention 0, head 2', '60.00 %', '1.25 × as fast']);
  expect(rows).toContainEqual(['attention 1', expect.stringContaining('no forget bias')]);
});

test('large models are not drawn whole', () => {
  const heads = Array.from({ length: 120 }, (_, attention) => ({ ...headReach(0, 0, 0.9), attention }));
  const others = Array.from({ length: 30 }, (_, attention) => ({ attention, reason: 'rotary' }));
  const markup = drawReach(kit, fullReport({ reach: reach({ heads, others, gains: [], holding: [] }) }), []);
  expect(elementsOf(markup).querySelectorAll('[aria-label="cell"] rect')).toHaveLength(96);
  expect(String(markup)).toContain('The first 96 of 120 attentions');
  expect(String(markup)).toContain('the first 20 of 30');
});

test('what was not measured has a reason', () => {
  const skipped = { status: 'skipped', reason: 'the model has no attention' } as const;
  expect(String(drawReach(kit, fullReport({ reach: skipped }), []))).toContain('the model has no attention');
  expect(String(drawReach(kit, fullReport({ reach: undefined }), []))).toContain('does not have it');
});
