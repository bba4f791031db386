import type { Graph } from '../graph/graph.ts';
import { canonicalDomain } from '../graph/model.ts';
import type { Node } from '../graph/node.ts';
import type { Value } from '../graph/value.ts';
import { refuteAttribute, refuteConstant, verdictText } from './conditions.ts';
import type { RewriteContext } from './context.ts';
import { findObstacle } from './interior.ts';
import { Match, type MatchBindings } from './match.ts';
import type { Pattern, PatternNode, PatternValue } from './pattern.ts';
import type { PatternSearch } from './plan.ts';
import type { RewriteRule } from './rule.ts';

/** Where the attempt that got furthest ended. */
export interface MatchFailure {
  readonly node: Node;
  readonly reason: string;
  /** Nodes of the pattern that were matched by then. */
  readonly matched: number;
}

type Goal =
  | {
      readonly kind: 'value';
      readonly pattern: PatternValue | null;
      readonly actual: Value | null;
      readonly reader: Node;
      readonly input: number;
    }
  | { readonly kind: 'node'; readonly pattern: PatternNode; readonly node: Node }
  | { readonly kind: 'search'; readonly search: PatternSearch };

/** Goals still to be met. A linked list, so that alternatives share what follows them. */
type Goals = { readonly goal: Goal; readonly next: Goals } | null;

interface Choice {
  readonly trail: number;
  readonly options: readonly Goals[];
  next: number;
}

/** Readers of one value that are looked at to find a node which nothing matched reads. */
export const SEARCH_LIMIT = 64;

/** Finds one pattern at given nodes. Keeps its tables between calls. */
export class Matcher implements MatchBindings {
  readonly #rule: RewriteRule;
  readonly #pattern: Pattern;
  readonly #context: RewriteContext;
  readonly #nodes: (Node | undefined)[];
  readonly #values: (Value | null | undefined)[];
  #trail: { readonly id: number; readonly isNode: boolean }[] = [];
  #choices: Choice[] = [];
  #graph: Graph | null = null;
  #matched = 0;
  #tracing = false;
  #furthest = -1;
  #failure: MatchFailure | undefined;

  constructor(rule: RewriteRule, context: RewriteContext) {
    this.#rule = rule;
    this.#pattern = rule.pattern;
    this.#context = context;
    this.#nodes = new Array(rule.pattern.size);
    this.#values = new Array(rule.pattern.size);
  }

  /** Why the last traced attempt failed. */
  get failure(): MatchFailure | undefined {
    return this.#failure;
  }

  /** Finds the pattern with its last output computed by `anchor`. With `tracing`, `failure` tells why there is none. */
  match(anchor: Node, tracing = false): Match | undefined {
    this.#reset(anchor, tracing);
    const { graph } = anchor;
    if (graph === null) return undefined;
    const refusal = this.#context.refuseGraph(graph, this.#rule);
    if (refusal !== undefined) {
      this.#fail(anchor, () => refusal);
      return undefined;
    }
    return this.#search(anchor, graph);
  }

  #search(anchor: Node, graph: Graph): Match | undefined {
    let goals: Goals = null;
    for (const search of [...this.#pattern.searches].reverse()) {
      goals = { goal: { kind: 'search', search }, next: goals };
    }
    goals = { goal: { kind: 'node', pattern: this.#pattern.anchor, node: anchor }, next: goals };
    let steps = 0;
    for (;;) {
      this.#context.counters.steps++;
      if (++steps > this.#rule.maximumSteps) {
        this.#furthest = -1;
        this.#fail(anchor, () => `gave up after ${this.#rule.maximumSteps} steps`);
        return undefined;
      }
      let next: Goals | undefined;
      if (goals === null) {
        const match = this.#finish(anchor, graph);
        if (match !== undefined) return match;
      } else next = this.#meet(goals.goal, goals.next);
      if (next === undefined) next = this.#backtrack();
      if (next === undefined) return undefined;
      goals = next;
    }
  }

  node(pattern: PatternNode): Node | undefined {
    return this.#nodes[pattern.id];
  }

  value(pattern: PatternValue): Value | null | undefined {
    if (pattern.source.kind !== 'output') return this.#values[pattern.id];
    return this.#nodes[pattern.source.node.id]?.outputs[pattern.source.index];
  }

  bound(pattern: PatternValue): Value {
    const value = this.value(pattern);
    if (!value) throw new Error(`value ${pattern.id} of a pattern is not bound`);
    return value;
  }

  distinctNodes(): Node[] {
    const found = new Set<Node>();
    for (const { id, isNode } of this.#trail) {
      const node = isNode ? this.#nodes[id] : undefined;
      if (node !== undefined) found.add(node);
    }
    return [...found];
  }

  /** What remains to be met; `undefined` when `goal` cannot be. */
  #meet(goal: Goal, rest: Goals): Goals | undefined {
    switch (goal.kind) {
      case 'node':
        return this.#meetNode(goal.pattern, goal.node, rest);
      case 'search':
        return this.#meetSearch(goal.search, rest);
      case 'value':
        return this.#meetValue(goal, rest);
    }
  }

  #meetValue(goal: Extract<Goal, { kind: 'value' }>, rest: Goals): Goals | undefined {
    const { pattern, actual, reader, input } = goal;
    const place = () => `input ${input}${actual === null ? '' : ` (${actual.name})`}`;
    if (pattern === null) {
      return actual === null ? rest : this.#fail(reader, () => `${place()} is given, not left out`);
    }
    const { source } = pattern;
    const known = this.#values[pattern.id];
    if (known !== undefined && source.kind !== 'constant') {
      if (known === actual) return rest;
      return this.#fail(reader, () => `${place()} is not ${known?.name ?? 'left out'} again`);
    }
    if (source.kind === 'either') {
      this.#bindValue(pattern, actual);
      return this.#choose(
        source.choices.map((choice) => ({ goal: { ...goal, pattern: choice }, next: rest })),
      );
    }
    if (actual === null) return this.#fail(reader, () => `${place()} is left out`);
    if (source.kind === 'constant') {
      const reason = refuteConstant(actual, source.condition, source.options);
      if (reason !== undefined) return this.#fail(reader, () => `${place()} ${reason}`);
    }
    if (known === undefined) this.#bindValue(pattern, actual);
    if (source.kind !== 'output') return rest;
    const { producer } = actual;
    const { node, index } = source;
    if (producer === null) {
      return this.#fail(reader, () => `${place()} is no output of a node, where ${node.opType} is wanted`);
    }
    if (producer.graph !== this.#graph) {
      return this.#fail(reader, () => `${place()} is computed by ${producer} in a graph around this one`);
    }
    if (producer.outputs[index] !== actual) {
      return this.#fail(reader, () => `${place()} is not output ${index} of ${producer}`);
    }
    return { goal: { kind: 'node', pattern: node, node: producer }, next: rest };
  }

  #meetNode(pattern: PatternNode, node: Node, rest: Goals): Goals | undefined {
    const known = this.#nodes[pattern.id];
    if (known !== undefined) {
      return known === node ? rest : this.#fail(node, () => `is not ${known} again`);
    }
    if (node.opType !== pattern.opType || canonicalDomain(node.domain) !== pattern.domain) {
      return this.#fail(node, () => `is not ${describe(pattern)}`);
    }
    const reason = this.#refuteNode(pattern, node);
    if (reason !== undefined) return this.#fail(node, reason);
    this.#bindNode(pattern, node);
    const straight = this.#inputGoals(pattern, node, rest, false);
    if (!pattern.commutative || node.inputs[0] === node.inputs[1]) return straight;
    return this.#choose([straight, this.#inputGoals(pattern, node, rest, true)]);
  }

  #refuteNode(pattern: PatternNode, node: Node): (() => string) | undefined {
    if (node.overload !== pattern.overload) return () => `has the overload '${node.overload}'`;
    if (pattern.domain === '' && this.#context.redefines(node.opType)) {
      return () => 'is a function of the model, not the standard operator';
    }
    if (!pattern.otherInputs && givenInputs(node) > pattern.inputs.length) {
      return () => `has ${givenInputs(node)} inputs, not ${pattern.inputs.length}`;
    }
    for (const [name, condition] of pattern.attributes) {
      const reason = refuteAttribute(node, name, condition);
      if (reason !== undefined) return () => reason;
    }
    for (const [name, { kind }] of node.attributes) {
      if (pattern.attributes.has(name)) continue;
      const isGraph = kind === 'graph' || kind === 'graphs';
      if (isGraph || !pattern.otherAttributes) return () => `has attribute ${name}, which the pattern lacks`;
    }
    return undefined;
  }

  #inputGoals(pattern: PatternNode, node: Node, rest: Goals, swapped: boolean): Goals {
    let goals = rest;
    for (let index = pattern.inputs.length - 1; index >= 0; index--) {
      const input = swapped ? 1 - index : index;
      const actual = node.inputs[input] ?? null;
      const wanted = pattern.inputs[index] ?? null;
      goals = { goal: { kind: 'value', pattern: wanted, actual, reader: node, input }, next: goals };
    }
    return goals;
  }

  #meetSearch({ node: pattern, from, input }: PatternSearch, rest: Goals): Goals | undefined {
    if (this.#nodes[pattern.id] !== undefined) return rest;
    const value = this.bound(from);
    const found = new Set<Node>();
    let seen = 0;
    for (const { node, index } of value.uses) {
      if (++seen > SEARCH_LIMIT) break;
      const isOperand = index === input || (pattern.commutative && index === 1 - input);
      const isFree = node.graph === this.#graph && !this.#nodes.includes(node);
      if (isOperand && isFree && node.opType === pattern.opType) found.add(node);
    }
    if (found.size > 0) {
      return this.#choose(
        [...found].map((node) => ({ goal: { kind: 'node' as const, pattern, node }, next: rest })),
      );
    }
    const anchor = this.#nodes[this.#pattern.anchor.id];
    const some = seen > SEARCH_LIMIT ? `the first ${SEARCH_LIMIT} readers` : 'the readers';
    return anchor && this.#fail(anchor, () => `${some} of ${value.name} include no other ${pattern.opType}`);
  }

  #finish(anchor: Node, graph: Graph): Match | undefined {
    const rule = this.#rule;
    const outputs = this.#pattern.outputs.map((output) => this.bound(output));
    const obstacle = findObstacle(this.distinctNodes(), outputs, rule.keepInterior, this.#context.isPinned);
    if (obstacle !== undefined) {
      this.#fail(obstacle.node, () => obstacle.reason);
      return undefined;
    }
    if (!outputs.some((output) => output.isUsed)) {
      this.#fail(anchor, () => 'nothing reads what it computes');
      return undefined;
    }
    const { types } = this.#context;
    const opset = this.#context.opsetOf(graph, '') ?? 1;
    const match = new Match(this.#pattern, this, { anchor, graph, opset, ...(types && { types }) });
    const verdict = rule.where?.(match, ...match.variables) ?? true;
    const reason = verdictText(verdict, 'the condition of the rule does not hold');
    if (reason === undefined) return match;
    this.#fail(anchor, () => reason);
    return undefined;
  }

  #choose(options: readonly Goals[]): Goals | undefined {
    const [first] = options;
    if (options.length > 1) this.#choices.push({ trail: this.#trail.length, options, next: 1 });
    return first;
  }

  #backtrack(): Goals | undefined {
    const choice = this.#choices.at(-1);
    if (choice === undefined) return undefined;
    this.#undo(choice.trail);
    const option = choice.options[choice.next++];
    if (choice.next >= choice.options.length) this.#choices.pop();
    return option;
  }

  #bindNode({ id }: PatternNode, node: Node): void {
    this.#nodes[id] = node;
    this.#trail.push({ id, isNode: true });
    this.#matched++;
  }

  #bindValue({ id }: PatternValue, value: Value | null): void {
    this.#values[id] = value;
    this.#trail.push({ id, isNode: false });
  }

  #undo(length: number): void {
    while (this.#trail.length > length) {
      const entry = this.#trail.pop();
      if (entry === undefined) return;
      if (entry.isNode) this.#matched--;
      (entry.isNode ? this.#nodes : this.#values)[entry.id] = undefined;
    }
  }

  #reset(anchor: Node, tracing: boolean): void {
    this.#undo(0);
    this.#choices = [];
    this.#graph = anchor.graph;
    this.#tracing = tracing;
    this.#furthest = -1;
    this.#failure = undefined;
  }

  #fail(node: Node, reason: () => string): undefined {
    if (!this.#tracing || this.#trail.length <= this.#furthest) return undefined;
    this.#furthest = this.#trail.length;
    this.#failure = { node, reason: reason(), matched: this.#matched };
    return undefined;
  }
}

function givenInputs(node: Node): number {
  let count = node.inputs.length;
  while (count > 0 && node.inputs[count - 1] === null) count--;
  return count;
}

function describe({ domain, opType }: PatternNode): string {
  const article = /^[AEIO]/.test(opType) ? 'an' : 'a';
  return `${article} ${opType}${domain === '' ? '' : ` of ${domain}`}`;
}
