import type { Graph } from './graph.ts';
import type { Node } from './node.ts';
import type { Value } from './value.ts';

/**
 * Removes a node that nothing reads, and then every node and initializer that fed nothing else. Graph inputs and
 * initializers that callers may override stay. Linear in what is removed.
 */
export function removeUnread(start: Node): void {
  const waiting: Node[] = [start];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const { graph } = node;
    if (graph === null || node.outputs.some((output) => output.isUsed)) continue;
    const read = valuesRead(node);
    graph.remove(node);
    for (const value of read) {
      if (value.producer !== null) waiting.push(value.producer);
      else dropInitializer(graph, value);
    }
  }
}

/** What a node reads, itself and in its subgraphs. */
function valuesRead(node: Node): Value[] {
  const inner = [...node.subgraphs()].flatMap((subgraph) => [
    ...subgraph.outputs,
    ...[...subgraph.allNodes()].flatMap((each) => each.inputs),
  ]);
  return [...node.inputs, ...inner].filter((value) => value !== null);
}

function dropInitializer(innermost: Graph, value: Value): void {
  if (value.isUsed || value.overridable) return;
  for (let graph: Graph | null | undefined = innermost; graph; graph = graph.owner?.graph) {
    if (!graph.initializers.delete(value)) continue;
    // Before IR version 4 initializers are listed as inputs too, which nobody feeds.
    const index = graph.inputs.indexOf(value);
    if (index >= 0) graph.inputs.splice(index, 1);
  }
}
