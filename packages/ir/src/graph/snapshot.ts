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
  const restoreGraphs = [...model.graphs()].map(snapshotGraph);
  return () => {
    refill(model.opsetImports, opsets);
    model.metadataProps = new Map(metadata);
    model.functions = [...functions];
    for (const restore of restoreGraphs) restore();
  };
}

function snapshotGraph(graph: Graph): () => void {
  const nodes = [...graph.nodes()].map((node) => ({ node, restore: snapshotNode(node) }));
  const inputs = [...graph.inputs];
  const outputs = [...graph.outputs];
  const initializers = [...graph.initializers];
  const sparse = [...graph.sparseInitializers];
  const metadata = new Map(graph.metadataProps);
  const order = [...graph.valueInfoOrder];
  const name = graph.name;
  const defined = [...inputs, ...initializers, ...nodes.flatMap(({ node }) => node.outputs)];
  const restoreValues = [...new Set(defined)].map(snapshotValue);
  return () => {
    for (const node of [...graph.nodes()]) graph.remove(node);
    graph.name = name;
    graph.inputs.splice(0, graph.inputs.length, ...inputs);
    graph.initializers.clear();
    for (const value of initializers) graph.initializers.add(value);
    graph.sparseInitializers = [...sparse];
    graph.metadataProps = new Map(metadata);
    graph.valueInfoOrder = [...order];
    for (const { node, restore } of nodes) {
      node.graph?.unlink(node);
      restore();
      graph.append(node);
    }
    for (const restore of restoreValues) restore();
    graph.setOutputs(outputs);
  };
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

function snapshotValue(value: Value): () => void {
  const { name, tensor, type, info, outputInfo, producer } = value;
  const metadata = new Map(value.metadataProps);
  return () => {
    value.type = type;
    Object.assign(value, { name, tensor, info, outputInfo, producer });
    value.metadataProps = new Map(metadata);
  };
}

function refill<K, V>(target: Map<K, V>, source: ReadonlyMap<K, V>): void {
  target.clear();
  for (const [key, value] of source) target.set(key, value);
}
