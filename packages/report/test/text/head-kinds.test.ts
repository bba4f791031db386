import { expect, test } from 'vitest';
import { countHeadKinds, skippedByLength } from '../../src/text/head-kinds.ts';
import { headReach } from '../support/page.ts';

test('heads are counted by kind, kinds without any left out', () => {
  expect(countHeadKinds([headReach(0, 0, 0.9)])).toBe('1 head: 1 local');
  expect(countHeadKinds([headReach(0, 0, 0.9), headReach(1, 0, 0)])).toBe('2 heads: 1 local, 1 global');
});

test('shares are means over the heads that were counted at a length', () => {
  const [long, short] = [headReach(0, 0.2, 0.8), headReach(1, 0.4, 0)];
  const heads = [long, { ...short, lengths: short.lengths.slice(0, 1) }];
  const found = skippedByLength(heads);
  expect(found.map(({ length }) => length)).toEqual([512, 1024]);
  expect(found.map(({ skipped }) => Number(skipped.toFixed(6)))).toEqual([0.3, 0.8]);
});
