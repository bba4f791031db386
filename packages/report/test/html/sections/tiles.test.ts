import { expect, test } from 'vitest';
import { loadChartKit } from '../../../src/html/chart.ts';
import { drawTiles } from '../../../src/html/sections/tiles.ts';
import { cellsOf, elementsOf, fullReport } from '../../support/page.ts';

const kit = await loadChartKit();

test('each head of each attention is a cell, and a cell of the table', () => {
  const markup = drawTiles(kit, fullReport());
  expect(elementsOf(markup).querySelectorAll('[aria-label="cell"] rect')).toHaveLength(4);
  expect(cellsOf(markup)).toEqual([['attention 0', '0.00 %', '25.00 %', '50.00 %', '99.00 %']]);
  expect(String(markup)).toContain('43.50 % on average');
});

test('attentions may differ in heads', () => {
  const heads = [
    { attention: 0, skipped: [0.5] },
    { attention: 3, skipped: [0.25, 1] },
  ];
  const tiles = { status: 'done', length: 64, windows: 1, heads } as const;
  expect(cellsOf(drawTiles(kit, fullReport({ tiles })))).toEqual([
    ['attention 0', '50.00 %', ''],
    ['attention 3', '25.00 %', '100.00 %'],
  ]);
});

test('what was not counted has a reason', () => {
  const tiles = { status: 'skipped', reason: 'no pass skips tiles' } as const;
  expect(String(drawTiles(kit, fullReport({ tiles })))).toContain('no pass skips tiles');
  expect(String(drawTiles(kit, fullReport({ tiles: undefined })))).toContain('the report does not have it');
});
