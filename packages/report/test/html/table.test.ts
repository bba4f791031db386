import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import { drawFacts, drawTable } from '../../src/html/table.ts';

test('a table has a caption, and heads for rows and columns', () => {
  const table = drawTable({
    caption: 'Times',
    head: ['size', 'note', 'ms'],
    rows: [
      ['1', '<fast>', 2],
      ['8', 'slow', 9],
    ],
    words: [1],
  });
  const { document } = parseHTML(table.toString());
  expect(document.querySelector('caption')?.textContent).toBe('Times');
  expect([...document.querySelectorAll('th[scope="col"]')].map((cell) => cell.className)).toEqual([
    'words',
    'words',
    'figure',
  ]);
  const rows = [...document.querySelectorAll('tbody tr')].map((row) =>
    [...row.children].map((cell) => `${cell.tagName} ${cell.textContent}`),
  );
  expect(rows).toEqual([
    ['TH 1', 'TD <fast>', 'TD 2'],
    ['TH 8', 'TD slow', 'TD 9'],
  ]);
});

test('facts are a list of names and values', () => {
  const { document } = parseHTML(drawFacts([['seed', 0]]).toString());
  expect(document.querySelector('dl dt')?.textContent).toBe('seed');
  expect(document.querySelector('dl dd')?.textContent).toBe('0');
});
