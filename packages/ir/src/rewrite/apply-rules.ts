import type { Graph } from '../graph/graph.ts';
import { canonicalDomain, type Model } from '../graph/model.ts';
import type { Node } from '../graph/node.ts';
import type { TypeTable } from '../shapes/type-table.ts';
import { applyMatch, refuseMatch } from './apply.ts';
import { RewriteContext } from './context.ts';
import type { Match } from './match.ts';
import { Matcher } from './matcher.ts';
import type { RewriteRule } from './rule.ts';

/** How rules are applied to a model. */
export interface RewriteOptions {
  /** What conditions of rules learn about types, as `inferTypes` finds it. Declared types unless given. */
  readonly types?: TypeTable;
  /** How often the model is gone through, at most, while rules still apply; once unless given. */
  readonly maximumRounds?: number;
}

/** One application of a rule. */
export interface RewriteRecord {
  readonly rule: string;
  /** The node that computed the last output of the pattern, as messages name it. */
  readonly anchor: string;
}

/** A match that was found and could not be replaced. */
export interface RewriteRefusal extends RewriteRecord {
  readonly reason: string;
}

/** What applying rules came to. */
export interface RewriteReport {
  readonly applied: readonly RewriteRecord[];
  /** The first twenty of the last round. */
  readonly refused: readonly RewriteRefusal[];
  readonly rounds: number;
  /** Whether the last round found nothing to replace. */
  readonly settled: boolean;
  /** Nodes looked at as anchors, and steps of matching taken from them. */
  readonly cost: { readonly nodes: number; readonly steps: number };
}

/** A match that can be replaced, as long as the graph still has it. */
export interface FoundMatch {
  readonly rule: RewriteRule;
  readonly match: Match;
  /** Why the replacement would not fit in, found by building it aside; `undefined` when it fits. Changes nothing. */
  refuse(): string | undefined;
  /** Matches anew, since the graph may have changed, and replaces. Returns why not, or `undefined` when it is done. */
  apply(): string | undefined;
}

const REFUSALS_KEPT = 20;

/**
 * Replaces what rules find, in graph, subgraphs and functions. At each node the rules are tried in the order given and the
 * first that applies is taken; later nodes see what earlier ones became, so that overlapping matches are settled in favour
 * of the node that comes first. New nodes are looked at in the next round. A round takes time linear in nodes.
 *
 * @throws SenteiError as the replacement functions of the rules do; the model is valid then, with earlier matches replaced.
 */
export function applyRules(
  model: Model,
  rules: readonly RewriteRule[],
  options: RewriteOptions = {},
): RewriteReport {
  const { types, maximumRounds = 1 } = options;
  const context = new RewriteContext(model, types);
  const applied: RewriteRecord[] = [];
  let refused: RewriteRefusal[] = [];
  let rounds = 0;
  let settled = false;
  while (!settled && rounds < maximumRounds) {
    rounds++;
    refused = [];
    const before = applied.length;
    for (const { node, matchers } of candidates(model, rules, context)) {
      for (const [rule, matcher] of matchers) {
        const match = matcher.match(node);
        if (match === undefined) continue;
        const anchor = `${node}`;
        const reason = applyMatch(rule, match, context);
        if (reason === undefined) {
          applied.push({ rule: rule.name, anchor });
          break;
        }
        if (refused.length < REFUSALS_KEPT) refused.push({ rule: rule.name, anchor, reason });
      }
    }
    settled = applied.length === before;
  }
  return { applied, refused, rounds, settled, cost: context.counters };
}

/**
 * Every match, overlapping ones too, in the order of the nodes of their last outputs. The model may be changed between
 * two of them, by `apply` or otherwise.
 */
export function* findMatches(
  model: Model,
  rules: readonly RewriteRule[],
  { types }: Pick<RewriteOptions, 'types'> = {},
): Generator<FoundMatch, void, undefined> {
  const context = new RewriteContext(model, types);
  for (const { node, matchers } of candidates(model, rules, context)) {
    for (const [rule, matcher] of matchers) {
      const match = matcher.match(node);
      if (match === undefined) continue;
      yield {
        rule,
        match,
        refuse: () => refuseMatch(rule, match, context),
        apply: () => applyAgain(rule, matcher, node, context),
      };
      if (node.graph === null) break;
    }
  }
}

function applyAgain(
  rule: RewriteRule,
  matcher: Matcher,
  node: Node,
  context: RewriteContext,
): string | undefined {
  const match = node.graph === null ? undefined : matcher.match(node);
  if (match === undefined) return 'the graph has changed since the match was found';
  return applyMatch(rule, match, context);
}

export interface Candidate {
  readonly node: Node;
  readonly matchers: readonly (readonly [RewriteRule, Matcher])[];
}

/** Nodes with the operator of the last output of a rule. The graph may be changed between two of them. */
export function* candidates(
  model: Model,
  rules: readonly RewriteRule[],
  context: RewriteContext,
): Generator<Candidate, void, undefined> {
  const index = new Map<string, [RewriteRule, Matcher][]>();
  for (const rule of rules) {
    const { domain, opType } = rule.pattern.anchor;
    const key = `${domain}:${opType}`;
    const known = index.get(key);
    const entry: [RewriteRule, Matcher] = [rule, new Matcher(rule, context)];
    if (known === undefined) index.set(key, [entry]);
    else known.push(entry);
  }
  context.fresh.clear();
  const gone = new Set<Graph>();
  // Outer graphs come first: a graph is gone when the node that held it is, or the graph around that one.
  for (const graph of [...model.graphs()]) {
    const { owner } = graph;
    if (owner !== null && (owner.graph === null || gone.has(owner.graph))) {
      gone.add(graph);
      continue;
    }
    for (const node of graph.nodes()) {
      if (context.fresh.has(node)) continue;
      context.counters.nodes++;
      const matchers = index.get(`${canonicalDomain(node.domain)}:${node.opType}`);
      if (matchers !== undefined) yield { node, matchers };
    }
  }
}
