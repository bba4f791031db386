import { expect, test } from 'vitest';
import { drawChart, loadChartKit, logAxis } from '../../src/html/chart.ts';
import { elementsOf } from '../support/page.ts';

const kit = await loadChartKit();

function draw(title: string) {
  const points = [
    { x: 1, y: 2 },
    { x: 10, y: 3 },
  ];
  return drawChart(kit, {
    title,
    description: 'Two points.',
    key: [{ label: 'a point', colour: 'var(--original)', shape: 'circle' }],
    options: { x: logAxis('size', [1, 10]), marks: [kit.Plot.dot(points, { x: 'x', y: 'y' })] },
    table: {
      caption: 'Points',
      head: ['x', 'y'],
      rows: [
        [1, 2],
        [10, 3],
      ],
    },
  });
}

test('a chart has a role, a name, a description, a key and a table', () => {
  const page = elementsOf(draw('Points'));
  const svg = page.querySelector('svg.chart');
  expect(svg?.getAttribute('role')).toBe('img');
  expect(svg?.getAttribute('aria-label')).toBe('Points');
  expect(svg?.querySelector('title')?.textContent).toBe('Points');
  expect(svg?.querySelector('desc')?.textContent).toBe('Two points.');
  expect(page.querySelectorAll('ul.key li')).toHaveLength(1);
  expect(page.querySelectorAll('details tbody tr')).toHaveLength(2);
  expect(svg?.querySelectorAll('path, circle').length).toBeGreaterThan(1);
});

test('titles are text, whatever they hold', () => {
  const title = `</title><script>$&"'`;
  const page = elementsOf(draw(title));
  expect(page.querySelector('script')).toBeNull();
  expect(page.querySelector('svg.chart title')?.textContent).toBe(title);
});

test('drawing twice gives the same, and no ids', () => {
  expect(String(draw('a'))).toBe(String(draw('a')));
  expect(String(draw('a'))).not.toMatch(/ id="/);
});

test('a logarithmic axis has ticks within its figures', () => {
  expect(logAxis('ms', [9, 210])).toMatchObject({ ticks: [10, 20, 50, 100, 200] });
  expect(logAxis('ms', [1, 1e6]).ticks).toEqual(
    [1, 10, 100, 1000, 10_000, 100_000, 1_000_000].map((n) => expect.closeTo(n)),
  );
  expect(logAxis('ms', [10, 11]).ticks).toEqual([9, 10, 12]);
  expect(logAxis('ms', [64, 512], [64, 512]).ticks).toEqual([64, 512]);
});
