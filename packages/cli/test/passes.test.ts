import { definePass, instantiatePipeline, parsePipeline } from '@sentei/ir';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { DEFAULT_PIPELINE, defaultPipeline, PASSES } from '../src/passes.ts';

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

test('each target has a pipeline of passes there are, and those that ask are told the target', () => {
  expect(defaultPipeline('cpu')).toBe(DEFAULT_PIPELINE);
  expect(instantiatePipeline(parsePipeline(defaultPipeline('cuda')), PASSES).length).toBeGreaterThan(3);
  const fake = (id: string, schema: z.ZodObject) =>
    definePass({ id, description: '', guarantee: 'exact', schema, *propose() {} });
  const target = z.strictObject({ target: z.enum(['cpu', 'cuda']).default('cpu') });
  const factories = [fake('cleanup', z.strictObject({})), fake('acp', target), fake('fuse', target)];
  expect(defaultPipeline('cuda', factories)).toBe('cleanup, acp{target=cuda}, fuse{target=cuda}, cleanup');
});
