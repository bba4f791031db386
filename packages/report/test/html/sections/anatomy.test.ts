import { expect, test } from 'vitest';
import { drawAnatomy } from '../../../src/html/sections/anatomy.ts';
import { cellsOf, elementsOf, fullReport, part } from '../../support/page.ts';

test('the drawing has a table that says the same, with reasons', () => {
  const markup = drawAnatomy(fullReport());
  expect(elementsOf(markup).querySelectorAll('svg.drawing')).toHaveLength(1);
  const rows = cellsOf(markup);
  expect(rows.map(([name, sum, outcome, nodes]) => [name, sum, outcome, nodes])).toEqual([
    ['block 0, attention', 'Add a', 'rewritten within a bound or budget', '6 of 9'],
    ['block 0, mlp', 'Add b', 'removed', '0 of 9'],
    ['block 1, attention', 'Add c', 'kept as it was', '9 of 9'],
    ['block 1, mlp', 'Add d', 'tidied up exactly', '8 of 9'],
    ['Add e', 'something outside reads the branch', undefined, undefined],
  ]);
  expect(rows[2]?.slice(4)).toEqual([
    'collapse: remove sub-block 2 (attention) (refused)',
    'a loss of 30.00 %; the budget is 1.00 % calibration drop +30.00 %, parameters 400',
  ]);
});

test('a report without anatomy, and a model without blocks, are said to be so', () => {
  expect(String(drawAnatomy(fullReport({ anatomy: undefined })))).toContain('Not recorded');
  expect(String(drawAnatomy(fullReport({ anatomy: { blocks: [], skipped: [] } })))).toContain(
    'No residual blocks were found',
  );
});

test('very many branches are cut in the table', () => {
  const blocks = Array.from({ length: 3000 }, (_, depth) => ({ depth, subBlocks: [part()] }));
  const markup = drawAnatomy(fullReport({ anatomy: { blocks, skipped: [] } }));
  expect(cellsOf(markup)).toHaveLength(2000);
  expect(String(markup)).toContain('the first 2,000 of 3,000');
});
