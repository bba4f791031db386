import { SenteiError } from '../errors.ts';
import type { PatternNode, PatternValue } from './pattern.ts';

/** A node that cannot be reached from the anchor backwards: it is looked for among the readers of a bound value. */
export interface PatternSearch {
  readonly node: PatternNode;
  readonly from: PatternValue;
  /** The input of `node` that reads `from`. */
  readonly input: number;
}

export interface PatternPlan {
  /** The operator of the last output, where matching starts. */
  readonly anchor: PatternNode;
  readonly searches: readonly PatternSearch[];
  /** Every operator, alternatives included, in the order of their making. */
  readonly nodes: readonly PatternNode[];
  /** Distinct operators among the outputs: with more than one, readers of one may come before another. */
  readonly outputNodes: number;
  /** Values with a name. */
  readonly named: readonly PatternValue[];
}

/** What is surely bound once a node or value is matched, by id: of alternatives only what they have in common. */
type Bound = ReadonlySet<number>;

/**
 * Plans how outputs are found from the anchor. Parts of a pattern are made before what uses them, so that one walk in the
 * order of making sees them first.
 */
export function planPattern(
  outputs: readonly PatternValue[],
  variables: readonly PatternValue[],
): PatternPlan {
  const last = outputs.at(-1);
  if (last === undefined) throw invalid('a pattern has no output');
  const anchor = operatorOf(last);
  const outputNodes = new Set(outputs.map(operatorOf)).size;
  const { nodes, values } = partsOf(outputs);
  const bound = boundBy([...nodes, ...values]);
  const reached = new Set<number>();
  const reach = (node: PatternNode) => {
    for (const id of bound.get(node.id) ?? []) reached.add(id);
    for (const { id, source } of values)
      if (source.kind === 'output' && reached.has(source.node.id)) reached.add(id);
  };
  reach(anchor);
  const searches: PatternSearch[] = [];
  for (const output of outputs) {
    const wanted = bound.get(output.id) ?? new Set<number>();
    const node = operatorOf(output);
    while (!reached.has(node.id)) {
      const search = findSearch(nodes, wanted, reached);
      searches.push(search);
      reach(search.node);
    }
  }
  for (const [index, variable] of variables.entries()) {
    if (reached.has(variable.id)) continue;
    throw invalid(
      `variable ${index + 1} of a pattern is not bound by every match`,
      'use it in every alternative, or name a value with op.any().as(name) and read it from the match',
    );
  }
  const named = values.filter(({ name }) => name !== undefined);
  return { anchor, searches, nodes, outputNodes, named };
}

function operatorOf({ source }: PatternValue): PatternNode {
  if (source.kind === 'output') return source.node;
  throw invalid(
    'an output of a pattern is not an operator',
    'write a rule for each alternative of an output, and have the replacement return inputs',
  );
}

function findSearch(nodes: readonly PatternNode[], wanted: Bound, reached: Bound): PatternSearch {
  for (const node of nodes) {
    if (!wanted.has(node.id) || reached.has(node.id)) continue;
    for (const [input, from] of node.inputs.entries()) {
      const isShared = from?.source.kind !== 'constant' && from !== null && reached.has(from.id);
      if (isShared) return { node, from, input };
    }
  }
  throw invalid(
    'outputs of a pattern share no value',
    'nodes of one match have to be connected, by what they read or by one another',
  );
}

/** Everything the outputs are made of, in the order of making. */
function partsOf(outputs: readonly PatternValue[]): { nodes: PatternNode[]; values: PatternValue[] } {
  const nodes = new Set<PatternNode>();
  const values = new Set<PatternValue>();
  const waiting: (PatternValue | null)[] = [...outputs];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (value === null || values.has(value)) continue;
    values.add(value);
    const { source } = value;
    if (source.kind === 'either') waiting.push(...source.choices);
    if (source.kind !== 'output' || nodes.has(source.node)) continue;
    nodes.add(source.node);
    waiting.push(...source.node.inputs);
  }
  return {
    nodes: [...nodes].sort((a, b) => a.id - b.id),
    values: [...values].sort((a, b) => a.id - b.id),
  };
}

function boundBy(parts: readonly (PatternNode | PatternValue)[]): Map<number, Bound> {
  const bound = new Map<number, Bound>();
  const of = (part: { readonly id: number } | null) => bound.get(part?.id ?? -1) ?? new Set<number>();
  for (const part of [...parts].sort((a, b) => a.id - b.id)) {
    const own = new Set([part.id]);
    if ('opType' in part) for (const input of part.inputs) for (const id of of(input)) own.add(id);
    else if (part.source.kind === 'output') for (const id of of(part.source.node)) own.add(id);
    else if (part.source.kind === 'either') {
      const [first = null, ...others] = part.source.choices;
      for (const id of of(first)) if (others.every((other) => of(other).has(id))) own.add(id);
    }
    bound.set(part.id, own);
  }
  return bound;
}

function invalid(message: string, hint?: string): SenteiError {
  return new SenteiError('invalid-option', message, hint === undefined ? {} : { hint });
}
