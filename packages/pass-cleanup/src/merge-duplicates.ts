import type { Graph, Model, Node, Value } from '@sentei/ir';
import { equalTensors, tensorKey } from './duplicates/equal-tensors.ts';
import { nodeKey } from './duplicates/node-key.ts';
import { canReplace, inheritMetadata, replaceValue } from './replace-value.ts';
import type { Survey } from './survey.ts';
import type { Rewrite, Rule } from './types.ts';

/** Nodes that compute what another node has computed, and initializers that hold the same bytes. */
export const mergeDuplicatesRule: Rule = duplicatesRule(
  'merge-duplicates',
  'Merges nodes that compute the same and initializers that hold the same bytes.',
  ['nodes', 'initializers'],
);

/** The part of the rule that is about nodes, about initializers, or all of it. */
export function duplicatesRule(
  id: string,
  description: string,
  kinds: readonly ('nodes' | 'initializers')[],
): Rule {
  return {
    id,
    description,
    find(survey) {
      const search = new Search(survey, kinds);
      for (const graph of roots(survey.model)) search.graph(graph, new Scope(undefined));
      return search.found;
    },
  };
}

/** Merges duplicates and returns the number of nodes and initializers that went. */
export function mergeDuplicates(survey: Survey): number {
  return mergeDuplicatesRule.find(survey).filter((rewrite) => rewrite.apply()).length;
}

/** What has been computed at a place: in the graph itself, then in the graphs around it, never in a sibling. */
class Scope {
  readonly #nodes = new Map<string, Node>();
  readonly #initializers = new Map<string, Value[]>();
  readonly #outer: Scope | undefined;

  constructor(outer: Scope | undefined) {
    this.#outer = outer;
  }

  node(key: string): Node | undefined {
    return this.#nodes.get(key) ?? this.#outer?.node(key);
  }

  addNode(key: string, node: Node): void {
    this.#nodes.set(key, node);
  }

  /** The first initializer under a key that passes the test, from the outside in. */
  findInitializer(key: string, isEqual: (value: Value) => boolean): Value | undefined {
    return this.#outer?.findInitializer(key, isEqual) ?? this.#initializers.get(key)?.find(isEqual);
  }

  addInitializer(key: string, value: Value): void {
    const known = this.#initializers.get(key);
    if (known === undefined) this.#initializers.set(key, [value]);
    else known.push(value);
  }
}

class Search {
  readonly found: Rewrite[] = [];
  readonly #survey: Survey;
  readonly #wanted: ReadonlySet<string>;
  readonly #kinds: ReadonlyMap<string, number>;
  /** The first of several equal values, for the later ones. */
  readonly #equal = new Map<Value, Value>();
  readonly #ids = new Map<Value, number>();

  constructor(survey: Survey, kinds: readonly string[]) {
    this.#survey = survey;
    this.#wanted = new Set(kinds);
    this.#kinds = countKinds(survey.model);
  }

  graph(graph: Graph, scope: Scope): void {
    if (this.#wanted.has('initializers')) {
      for (const value of graph.initializers) this.#initializer(graph, value, scope);
    }
    for (const node of graph.nodes()) {
      if (this.#wanted.has('nodes')) this.#node(node, scope);
      for (const subgraph of node.subgraphs()) this.graph(subgraph, new Scope(scope));
    }
  }

  #initializer(graph: Graph, value: Value, scope: Scope): void {
    const { tensor } = value;
    if (tensor === undefined || value.overridable || this.#survey.isInput(value)) return;
    if (this.#survey.isPinned(value) || (this.#kinds.get(kindOf(value)) ?? 0) < 2) return;
    const key = tensorKey(tensor);
    if (key === undefined) return;
    const twin = scope.findInitializer(
      key,
      (other) => other.tensor !== undefined && equalTensors(other.tensor, tensor),
    );
    if (twin === undefined || value.outputOf.size > 0) scope.addInitializer(key, value);
    else {
      this.#equal.set(value, twin);
      this.found.push({ subject: value.name, apply: () => mergeInitializers(graph, value, twin) });
    }
  }

  #node(node: Node, scope: Scope): void {
    const key = nodeKey(node, (value) => this.#idOf(value));
    if (key === undefined) return;
    const twin = scope.node(key);
    const mergeable = twin !== undefined && canMerge(node, twin, this.#survey);
    if (twin === undefined || !mergeable) {
      if (twin === undefined) scope.addNode(key, node);
      return;
    }
    for (const [i, output] of node.outputs.entries()) {
      const other = twin.outputs[i];
      if (other !== undefined && output.name !== '') this.#equal.set(output, other);
    }
    this.found.push({ subject: node, apply: () => mergeNodes(node, twin, this.#survey) });
  }

  #idOf(value: Value): number {
    const first = this.#equal.get(value) ?? value;
    const known = this.#ids.get(first);
    if (known !== undefined) return known;
    this.#ids.set(first, this.#ids.size);
    return this.#ids.size - 1;
  }
}

function roots(model: Model): Graph[] {
  return [model.graph, ...model.functions.map(({ graph }) => graph)];
}

/** How often each type and shape occurs, so that weights without a peer are never read. */
function countKinds(model: Model): Map<string, number> {
  const counts = new Map<string, number>();
  for (const graph of model.graphs()) {
    for (const value of graph.initializers) counts.set(kindOf(value), (counts.get(kindOf(value)) ?? 0) + 1);
  }
  return counts;
}

function kindOf({ tensor }: Value): string {
  return tensor === undefined ? '' : `${tensor.dataType}[${tensor.dims}]`;
}

function canMerge(node: Node, twin: Node, survey: Survey): boolean {
  return node.outputs.every((output, i) => {
    const other = twin.outputs[i];
    return output.name === '' || (other !== undefined && canReplace(output, other, survey));
  });
}

function mergeNodes(node: Node, twin: Node, survey: Survey): boolean {
  const graph = node.graph;
  if (graph === null || twin.graph === null || !canMerge(node, twin, survey)) return false;
  inheritMetadata(node, twin);
  const [last, ...others] = node.outputs.flatMap((output, i) => {
    const other = twin.outputs[i];
    return other === undefined || output.name === '' ? [] : [[output, other] as const];
  });
  for (const [output, other] of others) graph.replace(output, other);
  if (last !== undefined) replaceValue(last[0], last[1]);
  return true;
}

function mergeInitializers(graph: Graph, value: Value, twin: Value): boolean {
  inheritMetadata(value, twin);
  value.replaceUsesWith(twin);
  graph.initializers.delete(value);
  return true;
}
