import { z } from 'zod';
import type { Model } from '../graph/model.ts';
import { type Decision, definePass, type Guarantee, type PassFactory, type Proposal } from '../pass/pass.ts';
import { inferTypes } from '../shapes/infer-types.ts';
import type { TypeTable } from '../shapes/type-table.ts';
import { applyRules, findMatches } from './apply-rules.ts';
import { explain, type NearMiss } from './explain.ts';
import type { RewriteRule } from './rule.ts';

/** What a pass made of rules is. */
export interface RewritePassFields {
  readonly id: string;
  readonly description: string;
  readonly guarantee: Guarantee;
  /** Tried in this order. */
  readonly rules: readonly RewriteRule[];
}

type Steps = Generator<Proposal, void, Decision>;

const schema = z.strictObject({
  /** One patch for all matches of a rule, or one for each match, which is judged and undone by itself. */
  patches: z.enum(['rule', 'match']).default('rule'),
  /** How often a rule is tried on what it made itself, at most. */
  rounds: z.int().min(1).max(1000).default(1),
  /** Refusals to report for a rule, for the nodes where it matched at least half of its operators. */
  misses: z.int().min(0).max(1000).default(3),
});

/** Makes a pass of rules. Its options are `patches`, `rounds` (of patches per rule) and `misses`. */
export function rewritePass({
  id,
  description,
  guarantee,
  rules,
}: RewritePassFields): PassFactory<typeof schema> {
  return definePass({
    id,
    description,
    guarantee,
    schema,
    *propose(model, _context, { patches, rounds, misses }) {
      for (const rule of rules) {
        const types = rule.where === undefined ? undefined : inferTypes(model);
        yield* refusals(model, rule, types, misses);
        if (patches === 'rule') yield* onePatch(model, rule, guarantee, types, rounds);
        else yield* manyPatches(model, rule, guarantee, types);
      }
    },
  });
}

function* refusals(model: Model, rule: RewriteRule, types: TypeTable | undefined, limit: number): Steps {
  if (limit === 0) return;
  const { misses, operators } = explain(model, rule, { limit, ...(types && { types }) });
  for (const miss of misses) {
    if (2 * miss.matched >= operators && operators > 1) yield refusalOf(rule, miss);
  }
}

function refusalOf({ name }: RewriteRule, { anchor, node, reason }: NearMiss): Proposal {
  const nodes = anchor === node ? [node] : [anchor, node];
  return { kind: 'refusal', name, nodes, reason: `${node}: ${reason}` };
}

function* onePatch(
  model: Model,
  rule: RewriteRule,
  guarantee: Guarantee,
  types: TypeTable | undefined,
  rounds: number,
): Steps {
  const nodes: string[] = [];
  for (const { match, refuse } of findMatches(model, [rule], { ...(types && { types }) })) {
    if (refuse() === undefined) nodes.push(`${match.anchor}`);
  }
  if (nodes.length === 0) return;
  const apply = () => {
    applyRules(model, [rule], { maximumRounds: rounds, ...(types && { types }) });
  };
  yield { kind: 'patch', name: rule.name, guarantee, nodes, scores: { matches: nodes.length }, apply };
}

function* manyPatches(
  model: Model,
  rule: RewriteRule,
  guarantee: Guarantee,
  types: TypeTable | undefined,
): Steps {
  for (const { match, refuse, apply } of findMatches(model, [rule], { ...(types && { types }) })) {
    if (refuse() !== undefined) continue;
    const nodes = match.nodes.map(String);
    yield { kind: 'patch', name: rule.name, guarantee, nodes, apply: () => void apply() };
  }
}
