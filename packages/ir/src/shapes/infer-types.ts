import { SenteiError } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import { canonicalDomain, type Model } from '../graph/model.ts';
import type { Node } from '../graph/node.ts';
import type { Dimension } from '../graph/type.ts';
import { isTensorType } from '../graph/type.ts';
import type { Value } from '../graph/value.ts';
import { canonicalType, type Fact, mergeFacts } from './fact.ts';
import { findRule } from './registry.ts';
import { MalformedNode, type Outputs, RuleContext } from './rule.ts';
import { symbolsOf } from './symbols.ts';
import { TypeTable } from './type-table.ts';

/**
 * Infers element types, symbolic shapes and the contents of small integer tensors, in subgraphs too. The model is only
 * read. Declared types count as known: a number beats a symbol, a symbol beats nothing, of two symbols the declared one
 * is kept unless only the inferred one can be told from the inputs of the model, and a contradiction keeps what is
 * declared and is listed in `conflicts`. Nodes of operators without a rule, model-local functions among them, are
 * barriers: their outputs keep what they declare. Never throws for what a model holds.
 */
export function inferTypes(model: Model): TypeTable {
  const inference = new Inference(model);
  inference.graph(model.graph);
  return inference.table;
}

class Inference {
  readonly table = new TypeTable();
  readonly #opsets: ReadonlyMap<string, number>;
  readonly #functions: ReadonlySet<string>;
  readonly #inputSymbols = new Set<string>();

  constructor(model: Model) {
    this.#opsets = model.opsetImports;
    this.#functions = new Set(model.functions.map(({ domain, name }) => operatorKey(domain, name)));
    for (const input of model.graph.inputs) {
      for (const dimension of this.table.shapeOf(input) ?? []) {
        for (const symbol of symbolsOf(dimension)) this.#inputSymbols.add(symbol);
      }
    }
  }

  graph(graph: Graph): void {
    for (const node of graph.nodes()) this.#node(node);
  }

  #node(node: Node): void {
    const inferred = this.#apply(node);
    for (const [index, output] of node.outputs.entries()) {
      if (output.name !== '') this.#merge(node, output, inferred[index]);
    }
  }

  #apply(node: Node): Outputs {
    const domain = canonicalDomain(node.domain);
    const isLocal = this.#functions.has(operatorKey(domain, node.opType));
    const rule = isLocal ? undefined : findRule(domain, node.opType);
    if (rule === undefined) {
      // A barrier; what its graphs compute can be told all the same.
      for (const graph of node.subgraphs()) this.graph(graph);
      return [];
    }
    const starts = new Map<Graph, number>();
    const context = new RuleContext(node, this.#opsets.get(domain) ?? 1, {
      factOf: (index) => {
        const value = node.input(index);
        return value && this.table.factOf(value);
      },
      inferGraph: (graph, inputs) => {
        // Graphs of loops are inferred again for weaker facts: what the last time found is replaced.
        const { conflicts } = this.table;
        conflicts.length = starts.get(graph) ?? conflicts.length;
        starts.set(graph, conflicts.length);
        return this.#subgraph(node, graph, inputs);
      },
    });
    try {
      return rule(context);
    } catch (error) {
      if (!(error instanceof MalformedNode || error instanceof SenteiError)) throw error;
      this.table.conflicts.push({ node, reason: error.message });
      return [];
    }
  }

  #subgraph(node: Node, graph: Graph, inputs: Outputs): Outputs {
    for (const [index, input] of graph.inputs.entries()) this.#merge(node, input, inputs[index]);
    this.graph(graph);
    return graph.outputs.map((output) => this.table.factOf(output));
  }

  #merge(node: Node, value: Value, inferred: Fact | undefined): void {
    if (inferred === undefined) {
      this.table.record(value, undefined);
      return;
    }
    const declared = value.type && canonicalType(value.type);
    const report = (reason: string) => this.table.conflicts.push({ node, value, reason });
    const prefersInferred = (own: Dimension, other: Dimension) => !this.#told(own) && this.#told(other);
    const fact = mergeFacts(declared, inferred, prefersInferred, report);
    this.table.record(value, tellsSomething(fact) ? fact : undefined);
  }

  /** Whether the inputs of the model tell this extent. */
  #told(dimension: Dimension): boolean {
    return dimension !== null && [...symbolsOf(dimension)].every((symbol) => this.#inputSymbols.has(symbol));
  }
}

function operatorKey(domain: string, opType: string): string {
  return `${canonicalDomain(domain)}:${opType}`;
}

function tellsSomething({ type }: Fact): boolean {
  return !isTensorType(type) || type.elementType !== 'undefined' || type.shape !== undefined;
}
