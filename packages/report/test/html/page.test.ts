import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import { drawPage } from '../../src/html/page.ts';
import { HOSTILE, hostileReport } from '../support/hostile.ts';
import { fullReport, part } from '../support/page.ts';
import { passRecord, patchRecord } from '../support/report.ts';

test('the page needs nothing else and lets nothing run', async () => {
  const page = await drawPage({ report: fullReport() });
  const { document } = parseHTML(page);
  const policy = document
    .querySelector('meta[http-equiv="Content-Security-Policy"]')
    ?.getAttribute('content');
  expect(policy).toContain("default-src 'none'");
  expect(document.querySelector('script, link, img, iframe, object, embed, form, base')).toBeNull();
  for (const link of document.querySelectorAll('a')) expect(link.getAttribute('href')).toMatch(/^#[a-z]+$/);
  expect(page).not.toMatch(/https?:\/\//);
});

test('the page is made for readers of any kind', async () => {
  const { document } = parseHTML(await drawPage({ report: fullReport() }));
  expect(document.documentElement.getAttribute('lang')).toBe('en');
  expect(document.querySelector('meta[name="viewport"]')).not.toBeNull();
  expect(document.querySelectorAll('h1')).toHaveLength(1);
  expect(document.querySelectorAll('main')).toHaveLength(1);
  for (const link of document.querySelectorAll('nav a')) {
    expect(document.querySelector(link.getAttribute('href') ?? '')?.tagName).toBe('H2');
  }
  for (const svg of document.querySelectorAll('svg[role="img"]')) {
    expect(svg.querySelector('title')?.textContent).toMatch(/\S/);
    expect(svg.querySelector('desc')?.textContent).toMatch(/\S/);
    expect(svg.closest('figure')?.querySelector('details table')).not.toBeNull();
  }
  for (const table of document.querySelectorAll('table')) {
    expect(table.querySelector('caption')?.textContent).toMatch(/\S/);
    expect(table.querySelector('thead th[scope="col"]')).not.toBeNull();
    for (const row of table.querySelectorAll('tbody tr')) {
      expect(row.firstElementChild?.getAttribute('scope')).toBe('row');
    }
  }
});

test('equal reports are equal pages', async () => {
  const pages = await Promise.all([1, 2, 3].map(() => drawPage({ report: fullReport() })));
  expect(new Set(pages).size).toBe(1);
});

test('whatever a model is called, it is text', async () => {
  const page = await drawPage({
    report: hostileReport(),
    validation: { rollout: HOSTILE.map((name) => ({ [name]: name })), verdict: HOSTILE },
  });
  const { document } = parseHTML(page);
  expect(document.querySelector('script, img, [onerror], a:not([href^="#"])')).toBeNull();
  expect(document.querySelectorAll('style')).toHaveLength(1);
  expect(document.querySelectorAll('title').length).toBe(document.querySelectorAll('svg title').length + 1);
  expect(page.replaceAll('\n', ' ')).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
  expect(page).toContain('שלום עולם');
  expect(page).not.toContain('x'.repeat(1000));
});

test('a large report is a small page, soon', async () => {
  const patches = Array.from({ length: 10_000 }, (_, index) =>
    patchRecord({
      name: `remove sub-block ${index}`,
      decision: index % 3 === 0 ? 'reverted' : 'refused',
      nodes: Array.from({ length: 100 }, (_, node) => `MatMul layer.${index}.node.${node}`),
      reason: `bits per byte 2.3456 becomes ${index / 1000} on the calibration data`,
      scores: { calibrationDrop: index / 10_000, parameters: index },
    }),
  );
  const blocks = Array.from({ length: 500 }, (_, depth) => ({
    depth,
    subBlocks: ['attention', 'mlp'].map((kind, index) =>
      part({
        kind,
        decisions: Array.from({ length: 10 }, (_, n) => ({ record: 0, patch: depth * 20 + index * 10 + n })),
      }),
    ),
  }));
  const report = fullReport({ passes: [passRecord('collapse', patches)], anatomy: { blocks, skipped: [] } });
  const page = await drawPage({ report });
  expect(page.length).toBeLessThan(3_000_000);
});
