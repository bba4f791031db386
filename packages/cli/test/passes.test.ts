import { instantiatePipeline, PassRegistry, parsePipeline } from '@sentei/ir';
import { expect, test } from 'vitest';
import { DEFAULT_PIPELINE, PASSES } from '../src/passes.ts';

test('the passes have names of their own, and the default pipeline uses them', () => {
  const ids = PASSES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(expect.arrayContaining(['cleanup', 'acp', 'collapse']));
  expect(() => new PassRegistry(PASSES)).not.toThrow();
  const passes = instantiatePipeline(parsePipeline(DEFAULT_PIPELINE), PASSES);
  expect(passes.map(({ id, guarantee }) => [id, guarantee])).toEqual([
    ['cleanup', 'exact'],
    ['acp', 'bounded'],
    ['collapse', 'empirical'],
    ['cleanup', 'exact'],
  ]);
});
