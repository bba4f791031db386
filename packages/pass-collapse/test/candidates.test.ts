import { expect, test } from 'vitest';
import { Candidates } from '../src/candidates.ts';
import { removeSubBlocks } from '../src/remove.ts';
import { residualModel } from './support/residual-model.ts';

const BRANCHES = ['attention', 'mlp', 'attention', 'mlp'] as const;
const names = (candidates: Candidates) => candidates.open().map((candidate) => candidate.name);

test.each([
  [
    'sub-block',
    ['sub-block 0 (attention)', 'sub-block 1 (mlp)', 'sub-block 2 (attention)', 'sub-block 3 (mlp)'],
  ],
  ['block', ['block 0', 'block 1']],
  [
    'both',
    [
      'sub-block 0 (attention)',
      'sub-block 1 (mlp)',
      'sub-block 2 (attention)',
      'sub-block 3 (mlp)',
      'block 0',
      'block 1',
    ],
  ],
] as const)('granularity %s', (granularity, expected) => {
  const { graph } = residualModel(BRANCHES);
  expect(names(new Candidates(graph, granularity))).toEqual(expected);
});

test('a block of a single sub-block is listed once', () => {
  const { graph } = residualModel(['mlp', 'mlp']);
  expect(names(new Candidates(graph, 'both'))).toEqual(['sub-block 0 (mlp)', 'sub-block 1 (mlp)']);
  expect(names(new Candidates(graph, 'block'))).toEqual(['block 0', 'block 1']);
});

test('what is removed goes from the list, with the block it was part of; numbers stay', () => {
  const candidates = new Candidates(residualModel(BRANCHES).graph, 'both');
  const [, second] = candidates.open();
  if (second) removeSubBlocks(second.parts);
  expect(names(candidates)).toEqual([
    'sub-block 0 (attention)',
    'sub-block 2 (attention)',
    'sub-block 3 (mlp)',
    'block 1',
  ]);
});

test('what is settled goes from the list', () => {
  const candidates = new Candidates(residualModel(BRANCHES).graph, 'block');
  const [first] = candidates.open();
  if (first) candidates.settle(first);
  expect(names(candidates)).toEqual(['block 1']);
});

test('a block is left while any of its sub-blocks is', () => {
  const candidates = new Candidates(residualModel(BRANCHES).graph, 'both');
  const left = () => Object.fromEntries(candidates.open().map(({ name, blocksLeft }) => [name, blocksLeft]));
  expect(left()).toMatchObject({ 'sub-block 0 (attention)': 2, 'block 0': 1 });
  const [first] = candidates.open();
  if (first) removeSubBlocks(first.parts);
  expect(left()).toMatchObject({ 'sub-block 1 (mlp)': 1, 'sub-block 2 (attention)': 2 });
});

test('names the sums, so that a report can point at them', () => {
  const [first] = new Candidates(residualModel(BRANCHES).graph, 'block').open();
  expect(first?.nodes).toEqual(['Add sum_0', 'Add sum_1']);
});
