import type { Graph, Model, Value } from '../../src/index.ts';

/** Every read and every graph output of the model, as its nodes and graphs have them, by value. */
function readsOf(model: Model): Map<Value, Set<string>> {
  const reads = new Map<Value, Set<string>>();
  const note = (value: Value, place: string) => reads.set(value, (reads.get(value) ?? new Set()).add(place));
  const graphs = [...model.graphs()];
  for (const [number, graph] of graphs.entries()) {
    for (const [at, node] of [...graph.nodes()].entries()) {
      for (const [index, value] of node.inputs.entries()) if (value) note(value, `${number}.${at}.${index}`);
    }
    for (const value of graph.outputs) note(value, `output of ${number}`);
  }
  return reads;
}

function usesOf(value: Value, graphs: readonly Graph[]): Set<string> {
  const places = new Set<string>();
  for (const { node, index } of value.uses) {
    const graph = node.graph;
    const at = graph === null ? -1 : [...graph.nodes()].indexOf(node);
    places.add(`${graph === null ? -1 : graphs.indexOf(graph)}.${at}.${index}`);
  }
  for (const graph of value.outputOf) places.add(`output of ${graphs.indexOf(graph)}`);
  return places;
}

/** Values whose use lists say something else than the nodes and graphs of the model. */
export function wrongUseLists(model: Model): string[] {
  const graphs = [...model.graphs()];
  const values = new Set<Value>();
  const reads = readsOf(model);
  for (const value of reads.keys()) values.add(value);
  for (const graph of graphs) {
    for (const value of [...graph.inputs, ...graph.initializers]) values.add(value);
    for (const node of graph.nodes()) for (const value of node.outputs) values.add(value);
  }
  return [...values].flatMap((value) => {
    const told = [...usesOf(value, graphs)].sort().join(' ');
    const found = [...(reads.get(value) ?? [])].sort().join(' ');
    return told === found ? [] : [`${value}: ${told} instead of ${found}`];
  });
}
