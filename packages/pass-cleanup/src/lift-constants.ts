import { constantTensor, type Node, type Tensor } from '@sentei/ir';
import { inheritMetadata } from './replace-value.ts';
import { isPlain, type Survey } from './survey.ts';
import type { Rewrite, Rule } from './types.ts';

/**
 * Constant nodes as initializers of the graph they are in. Not in functions, which have none, and not before IR version 4,
 * where initializers had to be inputs.
 */
export const liftConstantsRule: Rule = {
  id: 'lift-constants',
  description: 'Turns Constant nodes into initializers of their graph.',
  find(survey) {
    const found: Rewrite[] = [];
    const { model } = survey;
    if (model.irVersion < 4) return found;
    for (const graph of model.graphs()) {
      if (graph.root !== model.graph) continue;
      for (const node of graph.nodes()) {
        if (node.is('Constant') && liftable(node, survey) !== undefined)
          found.push({ subject: node, apply: () => lift(node, survey) });
      }
    }
    return found;
  },
};

/** Turns Constant nodes into initializers and returns their number. */
export function liftConstants(survey: Survey): number {
  return liftConstantsRule.find(survey).filter((found) => found.apply()).length;
}

/** The tensor of a node that may go. An output of a graph is computed by a node: some runtimes insist on it. */
function liftable(node: Node, survey: Survey): Tensor | undefined {
  const [value] = node.outputs;
  if (value === undefined || value.name === '' || node.outputs.length !== 1 || !isPlain(node))
    return undefined;
  return value.outputOf.size > 0 || survey.isPinned(value) ? undefined : constantTensor(value);
}

function lift(node: Node, survey: Survey): boolean {
  const [value] = node.outputs;
  const tensor = liftable(node, survey);
  const { graph } = node;
  if (value === undefined || tensor === undefined || graph === null) return false;
  inheritMetadata(node, value);
  node.setOutputs([]);
  graph.remove(node);
  graph.addInitializer(value, tensor);
  return true;
}
