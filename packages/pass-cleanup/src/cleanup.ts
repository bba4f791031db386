import { definePass } from '@sentei/ir';
import { z } from 'zod';
import { canonicalizeNormsRule } from './canonicalize-norms.ts';
import { eliminateDeadCodeRule } from './eliminate-dead-code.ts';
import { eliminateIdentitiesRule } from './eliminate-identities.ts';
import { createFoldRule, LARGEST_FOLD } from './fold-constants.ts';
import { liftConstantsRule } from './lift-constants.ts';
import { mergeDuplicatesRule } from './merge-duplicates.ts';
import { mergeShiftsRule } from './merge-shifts.ts';
import { runRules } from './run-rules.ts';
import { simplifyShapesRule } from './simplify-shapes.ts';
import { splitProductsRule } from './split-products.ts';
import type { Rule } from './types.ts';

/** Rules that leave every number as it is, bit by bit. */
function bitwiseRules(): readonly Rule[] {
  return [
    eliminateDeadCodeRule,
    liftConstantsRule,
    eliminateIdentitiesRule,
    simplifyShapesRule,
    mergeDuplicatesRule,
    createFoldRule({ limit: LARGEST_FOLD, grow: false }),
    mergeShiftsRule,
  ];
}

/** Rules that keep numbers only up to rounding. */
const ROUNDING: readonly Rule[] = [splitProductsRule, canonicalizeNormsRule];

const schema = z.strictObject({
  rounds: z.int().min(1).max(100).default(20).describe('rounds at most; a round applies each rule once'),
  rounding: z.boolean().default(true).describe('apply rules that keep numbers only up to rounding, too'),
});

/**
 * The exact clean-up pass: dead code, identities, shapes, duplicates, constants, shifts, products and norms, until nothing is
 * left to do. One patch per rule and round.
 */
export const cleanup = definePass({
  id: 'cleanup',
  description: 'Exact clean-ups: dead code, identities, duplicates, constants, and forms that runtimes fuse.',
  guarantee: 'exact',
  schema,
  async *propose(model, context, { rounds, rounding }) {
    const rules = rounding ? [...bitwiseRules(), ...ROUNDING] : bitwiseRules();
    yield* runRules(rules, model, context, rounds);
  },
});
