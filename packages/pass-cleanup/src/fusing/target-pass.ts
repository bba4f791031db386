import { definePass, type PassFactory } from '@sentei/ir';
import { z } from 'zod';
import { roundsSchema } from '../rule-pass.ts';
import { runRules } from '../run-rules.ts';
import type { Rule } from '../types.ts';
import { TARGETS, type Target } from './kernels.ts';

export const targetSchema = roundsSchema.extend({
  target: z
    .enum(TARGETS)
    .default('cpu')
    .describe('where the model is to run: only operators with a kernel there are written'),
});

/** Rules for a target as one pass, applied until they find nothing. */
export function targetPass(
  id: string,
  description: string,
  rules: (target: Target) => readonly Rule[],
): PassFactory<typeof targetSchema> {
  return definePass({
    id,
    description,
    guarantee: 'exact',
    schema: targetSchema,
    propose: (model, context, { rounds, target }) => runRules(rules(target), model, context, rounds),
  });
}
