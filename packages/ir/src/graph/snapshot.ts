import type { Graph } from './graph.ts';
import type { Model } from './model.ts';
import type { Node, NodeState } from './node.ts';
import type { Value, ValueState } from './value.ts';

/**
 * Remembers the state of a model and returns a function that puts it back. The same `Node` and `Value` objects come
 * back, so whoever holds references to them may go on. Weights are not copied. Linear in nodes.
 */
export function takeSnapshot(model: Model): () => void {
  const opsets = new Map(model.opsetImports);
  const metadata = new Map(model.metadataProps);
  const functions = [...model.functions];
  const functionMetadata = functions.map(({ metadataProps }) => new Map(metadataProps));
  const { graph, irVersion, remainder } = model;
  const snapshots = [...model.graphs()].map((each) => new GraphSnapshot(each));
  return () => {
    refill(model.opsetImports, opsets);
    model.metadataProps = new Map(metadata);
    model.functions = [...functions];
    for (const [index, { metadataProps }] of functions.entries())
      refill(metadataProps, functionMetadata[index] ?? new Map());
    Object.assign(model, { graph, irVersion, remainder });
    // Every node is in its graph again before any is filled: taking out what is new empties what it holds by then.
    for (const snapshot of snapshots) snapshot.relink();
    for (const snapshot of snapshots) snapshot.restore();
    const nodes = new Set<Node>();
    const graphs = new Set<Graph>();
    for (const snapshot of snapshots) snapshot.collect(nodes, graphs);
    for (const snapshot of snapshots) snapshot.settle(nodes, graphs);
  };
}

/** Lists beside one another instead of an object for each node, since there may be millions. */
class GraphSnapshot {
  readonly #graph: Graph;
  readonly #nodes: Node[] = [];
  readonly #nodeStates: NodeState[] = [];
  readonly #values: Value[] = [];
  readonly #valueStates: ValueState[] = [];
  readonly #inputs: readonly Value[];
  readonly #outputs: readonly Value[];
  readonly #initializers: readonly Value[];
  readonly #sparse: Graph['sparseInitializers'];
  readonly #metadata: ReadonlyMap<string, string>;
  readonly #order: readonly Value[];
  readonly #outerInfos: ReadonlyMap<Value, unknown>;
  readonly #name: string;
  readonly #remainder: Graph['remainder'];

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#inputs = [...graph.inputs];
    this.#outputs = [...graph.outputs];
    this.#initializers = [...graph.initializers];
    this.#sparse = [...graph.sparseInitializers];
    this.#metadata = new Map(graph.metadataProps);
    this.#order = [...graph.valueInfoOrder];
    this.#outerInfos = new Map(graph.outerOutputInfos);
    this.#name = graph.name;
    this.#remainder = graph.remainder;
    for (const value of this.#inputs) this.#note(value);
    const inputs = new Set(this.#inputs);
    for (const value of this.#initializers) if (!inputs.has(value)) this.#note(value);
    for (const { value } of this.#sparse) this.#note(value);
    for (const node of graph.nodes()) {
      this.#nodes.push(node);
      this.#nodeStates.push(node.saveState());
      for (const output of node.outputs) this.#note(output);
    }
  }

  relink(): void {
    this.#graph.restoreNodes(this.#nodes);
  }

  restore(): void {
    const graph = this.#graph;
    Object.assign(graph, { name: this.#name, remainder: this.#remainder });
    graph.inputs.length = 0;
    for (const value of this.#inputs) graph.inputs.push(value);
    graph.initializers.clear();
    for (const value of this.#initializers) graph.initializers.add(value);
    graph.sparseInitializers = [...this.#sparse];
    graph.metadataProps = new Map(this.#metadata);
    graph.valueInfoOrder = [...this.#order];
    refill(graph.outerOutputInfos as Map<Value, unknown>, this.#outerInfos);
    for (let index = 0; index < this.#nodes.length; index++)
      this.#nodes[index]?.restoreState(this.#nodeStates[index] as NodeState);
    for (let index = 0; index < this.#values.length; index++)
      this.#values[index]?.restoreState(this.#valueStates[index] as ValueState);
    graph.setOutputs(this.#outputs);
  }

  collect(nodes: Set<Node>, graphs: Set<Graph>): void {
    graphs.add(this.#graph);
    for (const node of this.#nodes) nodes.add(node);
  }

  /** Makes values forget readers that are new since and sit in graphs that have gone from the model. */
  settle(nodes: ReadonlySet<Node>, graphs: ReadonlySet<Graph>): void {
    for (const value of this.#values) {
      value.forgetUses(({ node }) => !nodes.has(node));
      for (const graph of [...value.outputOf]) if (!graphs.has(graph)) value.noteOutputOf(graph, false);
    }
  }

  #note(value: Value): void {
    this.#values.push(value);
    this.#valueStates.push(value.saveState());
  }
}

function refill<K, V>(target: Map<K, V>, source: ReadonlyMap<K, V>): void {
  target.clear();
  for (const [key, value] of source) target.set(key, value);
}
