import { SenteiError } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import { canonicalDomain } from '../graph/model.ts';
import type { Node } from '../graph/node.ts';
import { removeUnread } from '../graph/remove-unread.ts';
import { Value } from '../graph/value.ts';
import type { RewriteContext } from './context.ts';
import type { Match } from './match.ts';
import { ReplacementBuilder } from './replacement.ts';
import type { RewriteRule } from './rule.ts';

/**
 * Puts the replacement of a rule in the place of a match that was just found. New values take over the names, types and
 * metadata of the outputs they replace, new nodes the metadata of the matched ones, and what is then read by nothing goes.
 * Returns why it cannot be done, with the graph as before, or `undefined`.
 *
 * @throws SenteiError `invalid-option` when the replacement does not return a value for every output of the pattern.
 */
export function applyMatch(rule: RewriteRule, match: Match, context: RewriteContext): string | undefined {
  const { graph } = match;
  const place = insertionPlace(rule, match, context);
  const builder = new ReplacementBuilder(match, place ?? 'end', context.holdsInitializers(graph));
  const results = build(rule, match, builder);
  const refusal = refuse(rule, match, place, builder, results, context);
  if (refusal !== undefined) {
    builder.discard();
    return refusal;
  }
  for (const [domain, version] of Object.entries(rule.imports)) {
    const name = canonicalDomain(domain);
    const isUsed = builder.nodes.some((node) => canonicalDomain(node.domain) === name);
    if (isUsed && context.opsetOf(graph, name) === undefined) context.addImport(graph, name, version);
  }
  const created = new Set(builder.nodes);
  for (const node of created) context.fresh.add(node);
  replaceOutputs(match, results, created, context);
  mergeMetadata(match, builder.nodes);
  removeMatched(match, context);
  for (const node of [...builder.nodes].reverse()) if (isUnread(node)) node.graph?.remove(node);
  builder.dropUnread();
  return undefined;
}

/** What `applyMatch` would return, found by building the replacement in a graph aside. */
export function refuseMatch(rule: RewriteRule, match: Match, context: RewriteContext): string | undefined {
  const place = insertionPlace(rule, match, context);
  const builder = new ReplacementBuilder(match, 'aside', context.holdsInitializers(match.graph));
  const results = build(rule, match, builder);
  const refusal = refuse(rule, match, place, builder, results, context);
  builder.discard();
  return refusal;
}

function refuse(
  rule: RewriteRule,
  match: Match,
  place: Node | undefined,
  { nodes }: ReplacementBuilder,
  results: readonly Value[],
  context: RewriteContext,
): string | undefined {
  const first =
    refuseDomains(rule, match.graph, nodes, context) ?? refuseResults(match, results, nodes, context);
  if (first !== undefined || rule.pattern.outputNodes === 1) return first;
  const read = [...nodes.flatMap(({ inputs }) => inputs), ...results];
  return refuseOrder(match, place, new Set(nodes), read, context) ?? refuseCycle(match, read);
}

function build(rule: RewriteRule, match: Match, builder: ReplacementBuilder): readonly Value[] {
  try {
    const made = rule.replace(builder.ops(), ...match.variables);
    const results = made instanceof Value ? [made] : made;
    if (results.length === match.outputs.length) return results;
    throw new SenteiError(
      'invalid-option',
      `rule ${rule.name} returns ${results.length} values for the ${match.outputs.length} outputs of its pattern`,
      { subject: rule.name },
    );
  } catch (error) {
    builder.discard();
    throw error;
  }
}

/**
 * The node to insert before; `undefined` for the end of the graph. What the anchor reads is computed before it and what
 * reads it comes after. Readers of other outputs may come earlier: where everything the replacement can read is computed
 * before the first output, that is the place, and else before the first of all readers, who have to be looked at for it.
 */
function insertionPlace(rule: RewriteRule, match: Match, context: RewriteContext): Node | undefined {
  if (rule.pattern.outputNodes === 1) return match.anchor;
  const first = firstOutput(match, context);
  if (first !== undefined && isReadBefore(rule, match, first, context)) return first;
  const members = new Set(match.nodes);
  const { graph } = match;
  let place: Node | undefined;
  for (const output of match.outputs) {
    for (const node of readersOf(output)) {
      const reader = nodeWithin(graph, node);
      if (reader === undefined || (members.has(reader) && !rule.keepInterior)) continue;
      if (place === undefined || context.order.isBefore(reader, place)) place = reader;
    }
  }
  return place;
}

/** The first of the nodes that compute outputs of the match. */
function firstOutput({ outputs, graph }: Match, { order }: RewriteContext): Node | undefined {
  let first: Node | undefined;
  for (const { producer } of outputs) {
    if (producer?.graph === graph && (first === undefined || order.isBefore(producer, first)))
      first = producer;
  }
  return first;
}

/** Whether the variables and named values of a match are computed before a node. */
function isReadBefore(
  { pattern }: RewriteRule,
  match: Match,
  node: Node,
  { order }: RewriteContext,
): boolean {
  const named = pattern.named.map(({ name }) => (name === undefined ? undefined : match.value(name)));
  return [...match.variables, ...named].every((value) => {
    const producer = value?.producer;
    if (!producer || producer.graph !== match.graph) return true;
    return producer !== node && order.isBefore(producer, node);
  });
}

/** Nodes that read a value, and those that hold a graph which returns it. */
function* readersOf(value: Value): Generator<Node> {
  for (const { node } of value.uses) yield node;
  for (const { owner } of value.outputOf) if (owner !== null) yield owner;
}

/** The node of `graph` that is `node` or holds it in a subgraph. */
function nodeWithin(graph: Graph, node: Node): Node | undefined {
  let current: Node | null | undefined = node;
  while (current && current.graph !== graph) current = current.graph?.owner;
  return current ?? undefined;
}

function refuseDomains(
  rule: RewriteRule,
  graph: Graph,
  nodes: readonly Node[],
  context: RewriteContext,
): string | undefined {
  const allowed = new Set(Object.keys(rule.imports).map(canonicalDomain));
  for (const node of nodes) {
    const domain = canonicalDomain(node.domain);
    if (allowed.has(domain) || context.opsetOf(graph, domain) !== undefined) continue;
    return `the replacement uses domain '${domain}', which is not imported and has no version in the rule`;
  }
  return undefined;
}

function refuseResults(
  { outputs, graph }: Match,
  results: readonly Value[],
  nodes: readonly Node[],
  context: RewriteContext,
): string | undefined {
  const replaced = new Map(outputs.map((output, index) => [output, results[index]]));
  const goes = (value: Value | null) => value !== null && (replaced.get(value) ?? value) !== value;
  if ([...replaced].every(([output, result]) => output === result)) return 'the replacement changes nothing';
  const created = new Set(nodes);
  for (const node of nodes) {
    for (const subgraph of node.subgraphs()) {
      for (const inner of subgraph.allNodes()) if (inner.inputs.some(goes)) return readsItself(inner);
      if (subgraph.outputs.some(goes)) return readsItself(node);
    }
    if (node.inputs.some(goes)) return readsItself(node);
  }
  for (const [output, result] of replaced) {
    if (result === undefined || result === output) continue;
    if (goes(result)) return `output ${output.name} is replaced by ${result.name}, which is replaced itself`;
    const isNew = result.producer !== null && created.has(result.producer);
    if (isNew || !output.outputOf.has(graph)) continue;
    const takesName = result.producer?.graph === graph && result.outputOf.size === 0;
    if (!takesName && output.producer?.is('Identity')) {
      return `output ${output.name} keeps its name by ${output.producer}`;
    }
    if (context.isPinned(result)) {
      return `value ${result.name} is mentioned by annotations and cannot take the name ${output.name}`;
    }
  }
  return undefined;
}

/** Tells the operator only: the name of a new node is another one each time it is built. */
function readsItself({ opType }: Node): string {
  return `${opType} of the replacement reads an output that it replaces`;
}

/** Everything that new nodes read, and results made elsewhere, have to be computed before the first reader. */
function refuseOrder(
  { graph }: Match,
  place: Node | undefined,
  created: ReadonlySet<Node>,
  read: readonly (Value | null)[],
  { order }: RewriteContext,
): string | undefined {
  if (place === undefined) return undefined;
  for (const value of read) {
    const producer = value?.producer;
    if (!value || !producer || producer.graph !== graph || created.has(producer)) continue;
    if (producer !== place && order.isBefore(producer, place)) continue;
    return `${value.name} is computed after ${place}, which reads an output`;
  }
  return undefined;
}

/** Matched nodes that the replacement reads stay: they cannot read what it replaces. */
function refuseCycle({ nodes, outputs }: Match, read: readonly (Value | null)[]): string | undefined {
  const replaced = new Set<Value | null>(outputs);
  const members = new Set(nodes);
  const seen = new Set<Node>();
  const waiting = [...read];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    const node = value?.producer;
    if (!node || !members.has(node) || seen.has(node) || replaced.has(value)) continue;
    seen.add(node);
    if (node.inputs.some((input) => replaced.has(input))) {
      return `${node} is read by the replacement and reads an output that it replaces`;
    }
    waiting.push(...node.inputs);
  }
  return undefined;
}

function replaceOutputs(
  { graph, outputs }: Match,
  results: readonly Value[],
  created: ReadonlySet<Node>,
  context: RewriteContext,
): void {
  const named = new Set<Value>();
  for (const [index, output] of outputs.entries()) {
    const result = results[index];
    if (result === undefined || result === output) continue;
    const isNew = result.producer !== null && created.has(result.producer) && !named.has(result);
    // `Graph.replace` does it for graph outputs.
    if (isNew && !output.outputOf.has(graph)) result.swapIdentity(output);
    if (isNew) named.add(result);
    const metadata = [...output.metadataProps, ...result.metadataProps];
    if (!isNew && output.type !== undefined) result.type ??= output.type;
    const ends = [...output.outputOf].map((returner) => [returner, lastNode(returner)] as const);
    graph.replace(output, result);
    for (const [returner, end] of ends) {
      const added = lastNode(returner);
      // An Identity that keeps the name of an output.
      if (added !== undefined && added !== end) context.fresh.add(added);
    }
    for (const [key, text] of isNew ? [] : metadata) {
      if (!result.metadataProps.has(key)) result.metadataProps.set(key, text);
    }
  }
}

function lastNode(graph: Graph): Node | undefined {
  for (const node of graph.nodesBackwards()) return node;
  return undefined;
}

/** What the nodes that go say of themselves is said of all new ones; the anchor counts where they disagree. */
function mergeMetadata(match: Match, nodes: readonly Node[]): void {
  for (const node of nodes) {
    for (const from of match.nodes) {
      for (const [key, text] of from.metadataProps) {
        if (!node.metadataProps.has(key)) node.metadataProps.set(key, text);
      }
    }
  }
}

function removeMatched({ nodes }: Match, context: RewriteContext): void {
  for (const node of nodes) {
    if (node.graph === null || !isUnread(node)) continue;
    // What feeds the match may be mentioned by annotations: then only the match itself goes.
    if (context.hasPinned) node.graph.remove(node);
    else removeUnread(node);
  }
}

function isUnread(node: Node): boolean {
  return node.outputs.every((output) => !output.isUsed);
}
