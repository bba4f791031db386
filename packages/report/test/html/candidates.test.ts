import { expect, test } from 'vitest';
import { triedChanges } from '../../src/html/candidates.ts';
import { anatomy, fullReport } from '../support/page.ts';
import { passRecord, patchRecord, report } from '../support/report.ts';

test('changes with a loss are told with what is left and the block they are about', () => {
  const found = triedChanges(fullReport());
  expect(found.map(({ drop, split, parameters, block }) => ({ drop, split, parameters, block }))).toEqual([
    { drop: 0.006, split: 'selection', parameters: 1500, block: 0 },
    { drop: 0.3, split: 'calibration', parameters: 1100, block: 1 },
  ]);
});

test('changes without a loss, and losses that are no numbers, are none', () => {
  const scores: Record<string, number>[] = [
    {},
    { parameters: 3 },
    { calibrationDrop: Number.NaN },
    { selectionDrop: Number.POSITIVE_INFINITY },
  ];
  const patches = scores.map((each) => patchRecord({ scores: each }));
  expect(triedChanges(report({ passes: [passRecord('p', patches)], anatomy: anatomy() }))).toEqual([]);
});

test('a change about several blocks is about none', () => {
  const { blocks, skipped } = anatomy();
  const everywhere = blocks.map((block) => ({
    ...block,
    subBlocks: block.subBlocks.map((each) => ({ ...each, decisions: [{ record: 0, patch: 0 }] })),
  }));
  const passes = [passRecord('p', [patchRecord({ scores: { selectionDrop: 0.1 } })])];
  const [change] = triedChanges(report({ passes, anatomy: { blocks: everywhere, skipped } }));
  expect(change?.block).toBeUndefined();
});
