import { definePass, type PassFactory } from '@sentei/ir';
import { z } from 'zod';
import { runRules } from './run-rules.ts';
import type { Rule } from './types.ts';

export const roundsSchema = z.strictObject({
  rounds: z.int().min(1).max(100).default(20).describe('rounds at most; the pass ends when it finds nothing'),
});

/** A rule as a pass of its own, applied until it finds nothing. */
export function rulePass(rule: Rule): PassFactory<typeof roundsSchema> {
  return definePass({
    id: rule.id,
    description: rule.description,
    guarantee: 'exact',
    schema: roundsSchema,
    propose: (model, context, { rounds }) => runRules([rule], model, context, rounds),
  });
}
