import { expect, test } from 'vitest';
import { loadChartKit } from '../../../src/html/chart.ts';
import { drawLatency } from '../../../src/html/sections/latency.ts';
import { cellsOf, elementsOf, latencyPoint } from '../../support/page.ts';

const kit = await loadChartKit();

function titlesOf(markup: { toString(): string }): (string | null)[] {
  return [...elementsOf(markup).querySelectorAll('svg.chart title')].map(({ textContent }) => textContent);
}

test('one size has a distribution, several have a curve', () => {
  const one = drawLatency(kit, [latencyPoint()]);
  expect(titlesOf(one)).toEqual(['How times lie']);
  expect(cellsOf(one)).toEqual([
    [
      'length 64',
      'cpu, 2 threads',
      '20 ms',
      '18 to 22',
      '10 ms',
      '9 to 11',
      '2.00 ×',
      '1.8 to 2.2 (95 % interval)',
      'faster',
    ],
  ]);
  const two = drawLatency(kit, [latencyPoint(), latencyPoint({ label: 'length 128', length: 128 })]);
  expect(titlesOf(two)).toEqual(['How times lie', 'Time by length (cpu, 2 threads, batch 1)']);
});

test('each group has its own curve, over the batch where that is what differs', () => {
  const points = [1, 8].flatMap((batch) =>
    ['cpu', 'cuda'].map((group) =>
      latencyPoint({ label: `batch ${batch}`, group, batch, length: undefined }),
    ),
  );
  expect(titlesOf(drawLatency(kit, points))).toEqual([
    'How times lie',
    'Time by batch (cpu)',
    'Time by batch (cuda)',
  ]);
});

test('single runs are drawn, evenly chosen where there are many', () => {
  const times = Array.from({ length: 10_000 }, (_, index) => 15 + index / 1000);
  const figure = { median: 20, lowerQuartile: 18, upperQuartile: 22, times };
  const markup = drawLatency(kit, [latencyPoint({ original: figure, candidate: figure })]);
  expect(elementsOf(markup).querySelectorAll('[aria-label="tick"] line')).toHaveLength(240);
  expect(String(markup)).toContain('thin strokes single runs');
});

test('many sizes are cut in the drawing and not in the table', () => {
  const points = Array.from({ length: 40 }, (_, index) =>
    latencyPoint({ label: `size ${index}`, length: index + 1 }),
  );
  const page = elementsOf(drawLatency(kit, points));
  expect(page.querySelector('figure .note')?.textContent).toBe(
    'The first 16 of 40 sizes; the table has all.',
  );
  expect(page.querySelectorAll('figure:first-of-type tbody tr')).toHaveLength(40);
});

test('without times the page says which command measures them', () => {
  expect(String(drawLatency(kit, []))).toContain('<code>sentei benchmark</code> measures them');
});
