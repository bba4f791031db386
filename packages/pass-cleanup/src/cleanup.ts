import { definePass, type Patch } from '@sentei/ir';
import { z } from 'zod';
import { canonicalizeNormsRule } from './canonicalize-norms.ts';
import { eliminateDeadCodeRule } from './eliminate-dead-code.ts';
import { eliminateIdentitiesRule } from './eliminate-identities.ts';
import { foldConstantsRule } from './fold-constants.ts';
import { mergeDuplicatesRule } from './merge-duplicates.ts';
import { mergeShiftsRule } from './merge-shifts.ts';
import { splitProductsRule } from './split-products.ts';
import { redefinesOperators, takeSurvey } from './survey.ts';
import type { Rewrite, Rule } from './types.ts';

/** Rules that leave every number as it is, bit by bit, and those that only keep it up to rounding. */
const BITWISE: readonly Rule[] = [
  eliminateDeadCodeRule,
  eliminateIdentitiesRule,
  mergeDuplicatesRule,
  foldConstantsRule,
  mergeShiftsRule,
];
const ROUNDING: readonly Rule[] = [splitProductsRule, canonicalizeNormsRule];

const schema = z.strictObject({
  rounds: z.int().min(1).max(100).default(20).describe('rounds at most; a round applies each rule once'),
  rounding: z.boolean().default(true).describe('apply rules that keep numbers only up to rounding, too'),
});

/**
 * The exact clean-up pass: dead code, identities, duplicates, constants, shifts, products and norms, until nothing is left to do.
 * One patch per rule and round.
 */
export const cleanup = definePass({
  id: 'cleanup',
  description: 'Exact clean-ups: dead code, identities, duplicates, constants, and forms that runtimes fuse.',
  guarantee: 'exact',
  schema,
  *propose(model, context, options) {
    const rules = options.rounding ? [...BITWISE, ...ROUNDING] : BITWISE;
    const trusted = redefinesOperators(model) ? [eliminateDeadCodeRule] : rules;
    if (trusted !== rules) {
      const reason =
        'the model defines functions in the standard domain, so that operators may mean anything';
      yield { kind: 'refusal', name: 'all rules but dead code', nodes: [], reason };
    }
    for (let round = 1; round <= options.rounds; round++) {
      let changes = 0;
      for (const [done, rule] of trusted.entries()) {
        context.progress({ message: `round ${round}: ${rule.id}`, done, total: trusted.length });
        const found = rule.find(takeSurvey(model));
        if (found.length === 0) continue;
        changes += (yield patchOf(rule, round, found)) === 'applied' ? 1 : 0;
      }
      if (changes === 0) return;
    }
    context.logger.warn(`cleanup stopped after ${options.rounds} rounds; another one may find more to do`);
  },
});

function patchOf(rule: Rule, round: number, found: readonly Rewrite[]): Patch {
  return {
    kind: 'patch',
    name: `${rule.id}, round ${round}`,
    guarantee: 'exact',
    nodes: found.map(({ subject }) => subject),
    scores: { rewrites: found.length },
    reason: rule.description,
    apply: () => {
      for (const rewrite of found) rewrite.apply();
    },
  };
}
