import { SenteiError } from '../errors.ts';
import type { Attribute } from '../graph/attribute.ts';
import type { Graph } from '../graph/graph.ts';
import { canonicalDomain, type FunctionDefinition, type Model } from '../graph/model.ts';
import type { Node } from '../graph/node.ts';
import type { Dimension } from '../graph/type.ts';
import type { Value } from '../graph/value.ts';
import { CallMemory, callAttributes, functionKey, functionsByKey } from './call.ts';
import { canonicalType, type Fact, joinFacts, mergeFacts, tellsSomething, tensorFact } from './fact.ts';
import { findRule } from './registry.ts';
import { MalformedNode, type Outputs, RuleContext } from './rule.ts';
import { symbolsOf } from './symbols.ts';
import { TypeTable } from './type-table.ts';

/** Graphs and calls inside each other beyond this depth are not looked into. */
const DEEPEST = 200;
/** How often, on average, a node may be visited again: by loops that change their values, by calls. */
const REPEATS = 16;
const FEW_NODES = 10_000;

/** What one input of the graph is for a certain run. */
export interface GivenInput {
  readonly dims: readonly number[];
  /** Elements in row-major order, of a small integer or bool (0 and 1) tensor. */
  readonly integers?: readonly number[] | undefined;
}

/**
 * Infers element types, symbolic shapes and the contents of small integer tensors, in subgraphs and through calls of
 * model-local functions too. The model is only read. Declared types count as known: a number beats a symbol, a symbol
 * beats nothing, of two symbols the declared one is kept unless only the inferred one can be told from the inputs of the
 * model, and a contradiction keeps what is declared and is listed in `conflicts`. Nodes of operators without a rule are
 * barriers: their outputs keep what they declare. Values inside a function have what all of its calls have in common.
 * Time is linear in the nodes: a model whose loops and calls ask for more is told less. Never throws for what a model
 * holds.
 *
 * @param given inputs of the graph by name, to infer for a run with those instead of for every run
 */
export function inferTypes(model: Model, given: Readonly<Record<string, GivenInput>> = {}): TypeTable {
  return new Inference(model, given).run();
}

/** What differs between the graph of a model and the body of a function. */
interface Scope {
  readonly table: TypeTable;
  readonly opsets: ReadonlyMap<string, number>;
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly leftOut: ReadonlySet<Value>;
}

class Inference {
  readonly #model: Model;
  readonly #table = new TypeTable();
  readonly #functions: ReadonlyMap<string, FunctionDefinition>;
  readonly #inputSymbols = new Set<string>();
  readonly #told = new Map<string, boolean>();
  readonly #calls = new CallMemory();
  readonly #calling = new Set<FunctionDefinition>();
  /** What the calls of functions have in common; kept apart, so that no call learns from another. */
  readonly #bodies = new Map<Value, Fact | undefined>();
  readonly #seen = new Set<Graph>();
  #spare = FEW_NODES;
  #depth = 0;

  constructor(model: Model, given: Readonly<Record<string, GivenInput>>) {
    this.#model = model;
    this.#functions = functionsByKey(model);
    for (const input of model.graph.inputs) {
      if (Object.hasOwn(given, input.name)) this.#give(input, given[input.name]);
      for (const dimension of this.#table.shapeOf(input) ?? []) {
        for (const symbol of symbolsOf(dimension)) this.#inputSymbols.add(symbol);
      }
    }
  }

  #give(input: Value, given: GivenInput | undefined): void {
    const type = input.type;
    if (given === undefined || type?.kind !== 'tensor') return;
    this.#table.record(input, tensorFact(type.elementType, given.dims, given.integers));
  }

  run(): TypeTable {
    const { graph, opsetImports } = this.#model;
    this.#graph(graph, {
      table: this.#table,
      opsets: opsetImports,
      attributes: new Map(),
      leftOut: new Set(),
    });
    for (const [value, fact] of this.#bodies) this.#table.record(value, fact);
    return this.#table;
  }

  #graph(graph: Graph, scope: Scope): void {
    if (this.#seen.has(graph)) this.#spare -= graph.nodeCount + 1;
    else this.#spare += REPEATS * graph.nodeCount;
    this.#seen.add(graph);
    for (const node of graph.nodes()) {
      const inferred = this.#apply(node, scope);
      for (const [index, output] of node.outputs.entries()) {
        if (output.name !== '') this.#merge(node, output, inferred[index], scope);
      }
    }
  }

  #apply(node: Node, scope: Scope): Outputs {
    const domain = canonicalDomain(node.domain);
    const definition = this.#functions.get(functionKey(domain, node.opType, node.overload));
    if (definition !== undefined) return this.#call(node, definition, scope);
    const rule = findRule(domain, node.opType);
    if (rule === undefined) {
      // A barrier; what its graphs compute can be told all the same.
      for (const graph of node.subgraphs()) this.#deeper(node, () => this.#graph(graph, scope));
      return [];
    }
    const context = this.#context(node, scope.opsets.get(domain) ?? 1, scope);
    try {
      return rule(context);
    } catch (error) {
      if (!(error instanceof MalformedNode || error instanceof SenteiError)) throw error;
      this.#table.conflicts.push({ node, reason: error.message });
      return [];
    }
  }

  #context(node: Node, opset: number, scope: Scope): RuleContext {
    const starts = new Map<Graph, number>();
    const inference = this;
    return new RuleContext(node, opset, {
      factOf: (index) => {
        const value = node.input(index);
        return value && scope.table.factOf(value);
      },
      inferGraph: (graph, inputs) => {
        // Graphs of loops are inferred again for weaker facts: what the last time found is replaced.
        const { conflicts } = this.#table;
        conflicts.length = starts.get(graph) ?? conflicts.length;
        starts.set(graph, conflicts.length);
        return this.#deeper(node, () => this.#subgraph(node, graph, inputs, scope)) ?? [];
      },
      inferDeadGraph: (graph) => {
        const { length } = this.#table.conflicts;
        this.#deeper(node, () => this.#subgraph(node, graph, [], scope));
        this.#table.conflicts.length = length;
      },
      get mayRepeat() {
        return inference.#spare > 0;
      },
      attributeOf: (name) => scope.attributes.get(name),
      isLeftOut: (value) => scope.leftOut.has(value),
    });
  }

  #subgraph(node: Node, graph: Graph, inputs: Outputs, scope: Scope): Outputs {
    for (const [index, input] of graph.inputs.entries()) this.#merge(node, input, inputs[index], scope);
    this.#graph(graph, scope);
    return graph.outputs.map((output) => scope.table.factOf(output));
  }

  #call(node: Node, definition: FunctionDefinition, scope: Scope): Outputs {
    if (this.#calling.has(definition)) {
      this.#table.conflicts.push({ node, reason: `function ${definition.name} calls itself` });
      return [];
    }
    const facts = node.inputs.map((value) => value && scope.table.factOf(value));
    const attributes = callAttributes(node, definition, scope.attributes);
    const leftOut = definition.graph.inputs.filter((_, index) => {
      const value = node.input(index);
      return value === undefined || scope.leftOut.has(value);
    });
    const inferred = leftOut.map((value) => definition.graph.inputs.indexOf(value));
    const outputs = this.#calls.recall(
      definition,
      [facts, inferred],
      attributes,
      this.#table.conflicts,
      () => {
        if (this.#spare <= 0 && this.#seen.has(definition.graph)) return [];
        return (
          this.#deeper(node, () => this.#body(node, definition, { facts, attributes, leftOut }, scope)) ?? []
        );
      },
    );
    return outputs;
  }

  #body(
    node: Node,
    definition: FunctionDefinition,
    call: {
      facts: readonly (Fact | null | undefined)[];
      attributes: Scope['attributes'];
      leftOut: readonly Value[];
    },
    outer: Scope,
  ): Outputs {
    const { graph, opsetImports: opsets } = definition;
    const table = new TypeTable(outer.table);
    const scope = { table, opsets, attributes: call.attributes, leftOut: new Set(call.leftOut) };
    this.#calling.add(definition);
    try {
      const outputs = this.#subgraph(
        node,
        graph,
        call.facts.map((fact) => fact ?? undefined),
        scope,
      );
      for (const [value, fact] of table.entries()) {
        this.#bodies.set(value, this.#bodies.has(value) ? joinFacts(this.#bodies.get(value), fact) : fact);
      }
      return outputs;
    } finally {
      this.#calling.delete(definition);
    }
  }

  /** Goes into a graph or function, unless that would be too deep. */
  #deeper<T>(node: Node, infer: () => T): T | undefined {
    if (this.#depth >= DEEPEST) {
      this.#table.conflicts.push({ node, reason: `graphs and calls nest more than ${DEEPEST} deep` });
      return undefined;
    }
    this.#depth++;
    try {
      return infer();
    } finally {
      this.#depth--;
    }
  }

  #merge(node: Node, value: Value, inferred: Fact | undefined, { table }: Scope): void {
    if (inferred === undefined) {
      table.record(value, undefined);
      return;
    }
    const declared = value.type && canonicalType(value.type);
    const fact = mergeFacts(declared, inferred, {
      prefersInferred: (own, other) => !this.#isTold(own) && this.#isTold(other),
      report: (reason) => this.#table.conflicts.push({ node, value, reason }),
    });
    table.record(value, tellsSomething(fact) ? fact : undefined);
  }

  /** Whether the inputs of the model tell this extent. */
  #isTold(dimension: Dimension): boolean {
    if (typeof dimension !== 'string') return dimension !== null;
    const known = this.#told.get(dimension);
    if (known !== undefined) return known;
    const told = [...symbolsOf(dimension)].every((symbol) => this.#inputSymbols.has(symbol));
    this.#told.set(dimension, told);
    return told;
  }
}
