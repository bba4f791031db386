import { findMatches, inferTypes, type RewriteRule } from '@sentei/ir';
import type { Survey } from '../survey.ts';
import type { Rewrite, Rule } from '../types.ts';
import { Refusals } from './refusals.ts';

/**
 * Patterns as a rule of this package. A place that a pattern fits and where it cannot be applied, since something else reads
 * a part of it or the target has no kernel, is a refusal with the reason.
 *
 * @param rules tried in this order; `where` is asked for the reason
 */
export function patternRule(id: string, description: string, rules: readonly RewriteRule[]): Rule {
  const refusals = new Refusals(id);
  const noting = rules.map((rule): RewriteRule => {
    const { where } = rule;
    if (where === undefined) return rule;
    return {
      ...rule,
      where: (match, ...variables) => {
        const verdict = where(match, ...variables);
        if (typeof verdict === 'string') refusals.note(match.anchor, verdict);
        return verdict;
      },
    };
  });
  return {
    id,
    description,
    prepare: async (survey) => {
      places(survey, noting, refusals);
      return refusals.take();
    },
    find: (survey) => places(survey, noting, refusals),
  };
}

function places({ model }: Survey, rules: readonly RewriteRule[], refusals: Refusals): Rewrite[] {
  const types = inferTypes(model);
  const rewrites: Rewrite[] = [];
  for (const { match, refuse, apply } of findMatches(model, rules, { types })) {
    if (match.graph.root !== model.graph) continue;
    const reason = refuse();
    if (reason === undefined) rewrites.push({ subject: match.anchor, apply: () => apply() === undefined });
    else refusals.note(match.anchor, reason);
  }
  return rewrites;
}
