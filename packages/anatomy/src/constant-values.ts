import type { Graph, Value } from '@sentei/ir';

/** Operators whose outputs differ between runs although their inputs do not. */
const RANDOM = ['RandomNormalLike', 'RandomUniformLike', 'Bernoulli', 'Multinomial'];

/**
 * Values that no input of the model changes: initializers, Constant nodes and whatever is computed from these alone, such
 * as a weight stored in 16 bits behind a Cast. Defaults of graph inputs count too, because they are weights all the same.
 * Looks at the whole model around `graph`. Linear in nodes.
 */
export function findConstantValues(graph: Graph): Set<Value> {
  const constants = new Set<Value>();
  const visit = (current: Graph): void => {
    for (const value of current.initializers) constants.add(value);
    for (const { value } of current.sparseInitializers) constants.add(value);
    for (const node of current.nodes()) {
      const subgraphs = [...node.subgraphs()];
      for (const subgraph of subgraphs) visit(subgraph);
      const read = node.inputs.filter((input) => input !== null);
      const fixed =
        node.is('Constant') ||
        (read.length > 0 && subgraphs.length === 0 && read.every((input) => constants.has(input)));
      if (fixed && !node.is(...RANDOM)) for (const output of node.outputs) constants.add(output);
    }
  };
  visit(graph.root);
  return constants;
}
