import { instantiatePipeline, parsePipeline } from '@sentei/ir';
import { expect, test } from 'vitest';
import { DEFAULT_PIPELINE, PASSES } from '../src/passes.ts';

test('the passes have names of their own, and the default pipeline uses them', () => {
  const ids = PASSES.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)]);
  expect(ids).toEqual(expect.arrayContaining(['cleanup', 'acp', 'collapse']));
  const passes = instantiatePipeline(parsePipeline(DEFAULT_PIPELINE), PASSES);
  expect(passes.map(({ id, guarantee }) => [id, guarantee])).toEqual([
    ['cleanup', 'exact'],
    ['acp', 'bounded'],
    ['collapse', 'empirical'],
    ['cleanup', 'exact'],
  ]);
});
