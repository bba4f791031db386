import { expect, test } from 'vitest';
import { drawModel } from '../../src/html/drawing.ts';
import { anatomy, elementsOf, fullReport, part } from '../support/page.ts';

const { passes } = fullReport();

function textsOf(drawing: { toString(): string }): string[] {
  return [...elementsOf(drawing).querySelectorAll('svg text')].map(({ textContent }) => textContent ?? '');
}

test('each branch has its boxes, its fate, who decided and the score', () => {
  const texts = textsOf(drawModel(anatomy(), passes));
  expect(texts).toEqual([
    'input',
    'block 0',
    'norm',
    'attention, 4 heads',
    'rewritten within a bound or budget',
    'applied by acp, 6 of 9 nodes left',
    'score bound 9.5',
    'norm',
    'mlp',
    'removed',
    'applied by collapse',
    'loss +0.60 % on the selection data',
    'block 1',
    'attention',
    'kept as it was',
    'refused by collapse, 9 of 9 nodes left',
    'loss +30.00 % on the calibration data',
    'mlp',
    'norm',
    'tidied up exactly',
    'no pass had anything to say about it',
    'output',
  ]);
});

test('the drawing tells in words how many branches met which fate', () => {
  const svg = elementsOf(drawModel(anatomy(), passes)).querySelector('svg');
  expect(svg?.getAttribute('role')).toBe('img');
  expect(svg?.querySelector('desc')?.textContent).toBe(
    'From the input at the top to the output at the bottom: branches 1 removed, 1 rewritten within a bound or budget, 1 tidied up exactly, 1 kept as it was.',
  );
});

test('many blocks that are alike are one', () => {
  const blocks = Array.from({ length: 500 }, (_, depth) => ({
    depth,
    subBlocks: [part(depth === 7 ? { kind: 'attention' } : {})],
  }));
  const texts = textsOf(drawModel({ blocks, skipped: [] }, passes));
  expect(texts.filter((text) => text.startsWith('block'))).toEqual([
    'blocks 0 to 6: 7 that are alike',
    'block 7',
    'blocks 8 to 499: 492 that are alike',
  ]);
});

test('what is too much to draw is counted', () => {
  const blocks = Array.from({ length: 300 }, (_, depth) => ({
    depth,
    subBlocks: [part({ kind: depth % 2 === 0 ? 'mlp' : 'attention' })],
  }));
  expect(textsOf(drawModel({ blocks, skipped: [] }, passes)).at(-1)).toBe(
    'and 180 more blocks, which the table lists',
  );
});
