import type { Shape } from '@sentei/ir';
import { expect, test } from 'vitest';
import { broadcastView, regroup, viewKey, viewOf } from '../../src/scores/axis-view.ts';

const SCORES: Shape = ['batch', 4, 'length', 'length'];
const scores = viewOf(['0', '1', 'q', 'k'], SCORES);
const key = (view: ReturnType<typeof regroup>) => view && viewKey(view);

test('a Reshape joins axes, and cuts them again where extents divide', () => {
  const joined = regroup(scores, ['4*batch', 'length', 'length']);
  expect(key(joined)).toBe('0:batch*1:4,q:length,k:length');
  expect(key(joined && regroup(joined, SCORES))).toBe(viewKey(scores));
  expect(key(regroup(scores, ['batch', 2, 2, 'length', 'length']))).toBe(
    '0:batch,1.0:2,1.1:2,q:length,k:length',
  );
  expect(regroup(scores, ['batch', 3, 'length', 'length'])).toBeUndefined();
});

test('an operand is broadcast where its extent is 1, and fits where it is the same or a table cut to it', () => {
  expect(key(broadcastView(scores, [1, 'length', 'length']))).toBe(',q:length,k:length');
  expect(key(broadcastView(scores, ['min(256,length)', 'min(256,length)']))).toBe('q:length,k:length');
  expect(broadcastView(scores, ['other', 'length'])).toBeUndefined();
  expect(broadcastView(scores, [null, 'length'])).toBeUndefined();
  expect(key(broadcastView(scores, [null, 'length'], true))).toBe('q:length,k:length');
});
