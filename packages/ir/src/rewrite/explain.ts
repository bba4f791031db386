import type { Model } from '../graph/model.ts';
import type { Node } from '../graph/node.ts';
import { refuseMatch } from './apply.ts';
import { candidates, type RewriteOptions } from './apply-rules.ts';
import { RewriteContext } from './context.ts';
import type { Matcher, MatchFailure } from './matcher.ts';
import type { RewriteRule } from './rule.ts';

/** Why a rule does not match at one node. */
export interface NearMiss {
  /** The node that computes what would be the last output of the pattern. */
  readonly anchor: string;
  /** The node at fault. */
  readonly node: string;
  readonly reason: string;
  /** Operators of the pattern that were matched before it failed, alternatives that were not taken left out. */
  readonly matched: number;
}

/** Why a rule does not apply at one node. */
export interface Explanation {
  /** Nodes with the operator of the pattern's last output. */
  readonly candidates: number;
  readonly matches: number;
  /** Operators of the pattern, those of alternatives included. */
  readonly operators: number;
  /** The attempts that got furthest, best first; of equal ones the first in the graph. */
  readonly misses: readonly NearMiss[];
}

/** What an explanation looks at and how much of it is kept. */
export interface ExplainOptions extends Pick<RewriteOptions, 'types'> {
  /** Number of misses to keep; 10 unless given. */
  readonly limit?: number;
}

/**
 * Tells where a rule matches and why it does not elsewhere. Replacements are built aside, to see whether they fit in; the
 * model stays as it is. Linear in nodes.
 */
export function explain(
  model: Model,
  rule: RewriteRule,
  { types, limit = 10 }: ExplainOptions = {},
): Explanation {
  const context = new RewriteContext(model, types);
  let misses: NearMiss[] = [];
  let found = 0;
  let matches = 0;
  for (const { node, matchers } of candidates(model, [rule], context)) {
    for (const [, matcher] of matchers) {
      found++;
      const failure = failureAt(node, rule, matcher, context);
      if (failure === undefined) {
        matches++;
        continue;
      }
      const { reason, matched } = failure;
      misses.push({ anchor: `${node}`, node: `${failure.node}`, reason, matched });
      if (misses.length >= 4 * limit + 100) misses = best(misses, limit);
    }
  }
  const operators = rule.pattern.nodes.length;
  return { candidates: found, matches, operators, misses: best(misses, limit) };
}

function failureAt(
  node: Node,
  rule: RewriteRule,
  matcher: Matcher,
  context: RewriteContext,
): MatchFailure | undefined {
  const match = matcher.match(node, true);
  if (match === undefined) return matcher.failure;
  const reason = refuseMatch(rule, match, context);
  return reason === undefined ? undefined : { node, reason, matched: match.nodes.length };
}

/** A miss as one line: `Mul mul_3: input 1 (w) is not constant`. */
export function missText({ anchor, node, reason }: NearMiss): string {
  return anchor === node ? `${node}: ${reason}` : `${node}: ${reason} (looking for ${anchor})`;
}

function best(misses: readonly NearMiss[], limit: number): NearMiss[] {
  return [...misses].sort((a, b) => b.matched - a.matched).slice(0, limit);
}
