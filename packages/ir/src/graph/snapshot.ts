import type { Graph } from './graph.ts';
import type { Model } from './model.ts';
import type { Node } from './node.ts';
import type { Value } from './value.ts';

/**
 * Remembers the state of a model and returns a function that puts it back. The same `Node` and `Value` objects come
 * back, so whoever holds references to them may go on. Weights are not copied. Linear in nodes.
 */
export function takeSnapshot(model: Model): () => void {
  const opsets = new Map(model.opsetImports);
  const metadata = new Map(model.metadataProps);
  const functions = [...model.functions];
  const { graph, irVersion, message } = model;
  const snapshots = [...model.graphs()].map(snapshotGraph);
  return () => {
    refill(model.opsetImports, opsets);
    model.metadataProps = new Map(metadata);
    model.functions = [...functions];
    Object.assign(model, { graph, irVersion, message });
    // Every node is in its graph again before any is filled: taking out what is new empties what it holds by then.
    for (const { relink } of snapshots) relink();
    for (const { restore } of snapshots) restore();
    for (const { settle } of snapshots) settle();
  };
}

function snapshotGraph(graph: Graph): Record<'relink' | 'restore' | 'settle', () => void> {
  const nodes = [...graph.nodes()].map((node) => ({ node, restore: snapshotNode(node) }));
  const inputs = [...graph.inputs];
  const outputs = [...graph.outputs];
  const initializers = [...graph.initializers];
  const sparse = [...graph.sparseInitializers];
  const metadata = new Map(graph.metadataProps);
  const order = [...graph.valueInfoOrder];
  const { name, message } = graph;
  const defined = [
    ...inputs,
    ...initializers,
    ...sparse.map(({ value }) => value),
    ...nodes.flatMap(({ node }) => node.outputs),
  ];
  const values = [...new Set(defined)].map(snapshotValue);
  const relink = () => graph.restoreNodes(nodes.map(({ node }) => node));
  const restore = () => {
    Object.assign(graph, { name, message });
    graph.inputs.splice(0, graph.inputs.length, ...inputs);
    graph.initializers.clear();
    for (const value of initializers) graph.initializers.add(value);
    graph.sparseInitializers = [...sparse];
    graph.metadataProps = new Map(metadata);
    graph.valueInfoOrder = [...order];
    for (const { restore } of nodes) restore();
    for (const value of values) value.restore();
    graph.setOutputs(outputs);
  };
  const settle = () => {
    for (const value of values) value.settle();
  };
  return { relink, restore, settle };
}

function snapshotNode(node: Node): () => void {
  const { opType, domain, overload, name, message } = node;
  const inputs = [...node.inputs];
  const outputs = [...node.outputs];
  const attributes = new Map(node.attributes);
  const metadata = new Map(node.metadataProps);
  return () => {
    Object.assign(node, { opType, domain, overload, name, message });
    node.setInputs(inputs);
    node.setOutputs(outputs);
    for (const key of [...node.attributes.keys()]) node.setAttribute(key, undefined);
    for (const [key, attribute] of attributes) node.setAttribute(key, attribute);
    node.metadataProps = new Map(metadata);
  };
}

/** `settle` makes the value forget readers that are new since and sit in graphs that have gone from the model. */
function snapshotValue(value: Value): Record<'restore' | 'settle', () => void> {
  const { name, tensor, overridable, type, info, outputInfo, producer } = value;
  const metadata = new Map(value.metadataProps);
  const readers = new Set([...value.uses].map((use) => use.node));
  const returners = new Set(value.outputOf);
  const restore = () => {
    value.type = type;
    Object.assign(value, { name, tensor, overridable, info, outputInfo, producer });
    value.metadataProps = new Map(metadata);
  };
  const settle = () => {
    for (const use of [...value.uses]) if (!readers.has(use.node)) value.uses.delete(use);
    for (const graph of [...value.outputOf]) if (!returners.has(graph)) value.outputOf.delete(graph);
  };
  return { restore, settle };
}

function refill<K, V>(target: Map<K, V>, source: ReadonlyMap<K, V>): void {
  target.clear();
  for (const [key, value] of source) target.set(key, value);
}
