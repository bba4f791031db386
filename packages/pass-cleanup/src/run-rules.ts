import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Decision, Model, PassContext, Patch, Proposal } from '@sentei/ir';
import { redefinesOperators, type Survey, takeSurvey } from './survey.ts';
import type { Rewrite, Rule } from './types.ts';

/** Names that a patch lists at most; its score `rewrites` counts them all. */
export const MOST_SUBJECTS = 100;

type RuleProposals = AsyncGenerator<Proposal, void, Decision>;

/**
 * Applies rules in turn until none of them finds anything, with one patch per rule and round. Between two rules other
 * work of the process gets its turn, so that a caller can cancel.
 *
 * @param rounds rounds at most; in a round each rule is applied once
 */
export async function* runRules(
  rules: readonly Rule[],
  model: Model,
  context: PassContext,
  rounds: number,
): RuleProposals {
  const trusted = redefinesOperators(model) ? rules.filter((rule) => rule.trustsNoOperator === true) : rules;
  if (trusted.length < rules.length) {
    const name = trusted.length === 0 ? (rules[0]?.id ?? '') : 'all rules but dead code';
    const reason = 'the model defines functions in the standard domain, so that operators may mean anything';
    yield { kind: 'refusal', name, nodes: [], reason };
  }
  // Names in annotations stay as they are, so that one survey serves every rule and round.
  const survey = takeSurvey(model);
  let idle = 0;
  for (let round = 1; round <= rounds; round++) {
    for (const [done, rule] of trusted.entries()) {
      if (idle === trusted.length) return;
      context.progress({ message: `round ${round}: ${rule.id}`, done, total: trusted.length });
      await nextTurn();
      if (context.signal?.aborted) return;
      const isApplied = yield* applyRule(rule, survey, context, round);
      idle = isApplied ? 0 : idle + 1;
    }
  }
  if (trusted.length > 0 && idle < trusted.length)
    context.logger.warn(`stopped after ${rounds} rounds; another one may find more to do`);
}

async function* applyRule(
  rule: Rule,
  survey: Survey,
  context: PassContext,
  round: number,
): AsyncGenerator<Proposal, boolean, Decision> {
  for (const refusal of (await rule.prepare?.(survey, context)) ?? []) yield refusal;
  const found = rule.find(survey);
  return found.length > 0 && (yield patchOf(rule, round, found)) === 'applied';
}

function patchOf(rule: Rule, round: number, found: readonly Rewrite[]): Patch {
  return {
    kind: 'patch',
    name: `${rule.id}, round ${round}`,
    guarantee: 'exact',
    nodes: found.slice(0, MOST_SUBJECTS).map(({ subject }) => `${subject}`),
    scores: { rewrites: found.length },
    reason: rule.description,
    apply: () => {
      for (const rewrite of found) rewrite.apply();
    },
  };
}
