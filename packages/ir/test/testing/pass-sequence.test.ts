import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { definePass } from '../../src/index.ts';
import { passOf, passSequence } from '../../src/testing/index.ts';

const factory = definePass({
  id: 'many-options',
  description: 'A pass with an option of every kind.',
  guarantee: 'exact',
  schema: z.strictObject({
    count: z.int().min(2).max(9).default(4),
    share: z.number().positive().max(0.5).default(0.1),
    open: z.number().min(0).optional(),
    flag: z.boolean().default(true),
    mode: z.enum(['fast', 'small']).default('fast'),
    note: z.string().default('kept'),
  }),
  *propose() {},
});

test('options are random and valid; what is no number, bool or choice stays at its default', () => {
  const passes = fc.sample(passOf(factory), { numRuns: 300, seed: 5 });
  for (const { options } of passes) expect(factory.schema.safeParse(options).success).toBe(true);
  expect(new Set(passes.map(({ options }) => options.mode))).toEqual(new Set(['fast', 'small']));
  expect(new Set(passes.map(({ options }) => options.count)).size).toBeGreaterThan(3);
  expect(new Set(passes.map(({ options }) => options.note))).toEqual(new Set(['kept']));
  expect(fc.stringify(passes[0])).toMatch(/^many-options\{/);
});

test('sequences are of any length up to the limit, and empty without factories', () => {
  const lengths = fc
    .sample(passSequence([factory], { maxLength: 2 }), { numRuns: 100, seed: 1 })
    .map((s) => s.length);
  expect(new Set(lengths)).toEqual(new Set([0, 1, 2]));
  expect(fc.sample(passSequence([]), 1)).toEqual([[]]);
});
