import type { FunctionDefinition, Graph, Node, Value } from '@sentei/ir';
import type { Survey } from './survey.ts';
import type { Rewrite, Rule } from './types.ts';

/**
 * Operators whose outputs from this one on may be left out without changing what the others are. Not in it: operators
 * that read meaning from the number of outputs (`Split`, `If`, `Loop`, `Scan`, `BatchNormalization` before opset 14).
 */
const FIRST_OPTIONAL_OUTPUT = new Map([
  ['Dropout', 1],
  ['MaxPool', 1],
  ['LayerNormalization', 1],
  ['LSTM', 1],
  ['GRU', 1],
  ['RNN', 1],
  ['Unique', 1],
]);

/** Nodes, initializers, optional outputs and functions that nothing reads. */
export const eliminateDeadCodeRule: Rule = {
  id: 'eliminate-dead-code',
  description: 'Removes nodes, initializers, optional outputs and functions that nothing reads.',
  trustsNoOperator: true,
  find(survey) {
    const live = findLive(survey);
    const uncalled = survey.model.functions.filter((definition) => !live.functions.has(definition));
    const dropped = new Set(uncalled.map(({ graph }) => graph));
    const found: Rewrite[] = [];
    for (const graph of survey.model.graphs()) {
      if (!dropped.has(graph.root)) findInGraph(graph, live, survey, found);
    }
    const drop = atOnce(uncalled, (gone) => {
      survey.model.functions = survey.model.functions.filter((definition) => !gone.has(definition));
    });
    for (const definition of uncalled) found.push({ subject: `function ${definition.name}`, apply: drop });
    return found;
  },
};

/** Removes dead code and returns the number of things removed. */
export function eliminateDeadCode(survey: Survey): number {
  return eliminateDeadCodeRule.find(survey).filter((rewrite) => rewrite.apply()).length;
}

class Live {
  readonly values = new Set<Value>();
  readonly nodes = new Set<Node>();
  readonly functions = new Set<FunctionDefinition>();
}

/** Marks what graph outputs depend on, from the outputs back. */
function findLive(survey: Survey): Live {
  const live = new Live();
  const functions = new Map(survey.model.functions.map((definition) => [callKey(definition), definition]));
  const pending: Value[] = [];
  const reach = (values: Iterable<Value | null>) => {
    for (const value of values) {
      if (value === null || live.values.has(value)) continue;
      live.values.add(value);
      pending.push(value);
    }
  };
  const keep = (node: Node | null | undefined) => {
    if (!node || live.nodes.has(node)) return;
    live.nodes.add(node);
    reach(node.inputs);
    for (const graph of node.subgraphs()) reach(graph.outputs);
    keep(node.graph?.owner);
    call(functions.get(nodeKey(node)));
  };
  const call = (definition: FunctionDefinition | undefined) => {
    if (definition === undefined || live.functions.has(definition)) return;
    live.functions.add(definition);
    reach(definition.graph.outputs);
  };
  for (const definition of survey.model.functions) if (survey.mentions(definition.name)) call(definition);
  reach(survey.model.graph.outputs);
  for (const graph of survey.model.graphs()) {
    for (const { value } of graph.sparseInitializers) if (survey.isPinned(value)) reach([value]);
    for (const value of graph.initializers) if (survey.isPinned(value)) reach([value]);
    for (const node of graph.nodes()) {
      if (mustStay(node, survey)) keep(node);
    }
  }
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) keep(value.producer);
  return live;
}

/** A node of a foreign domain without any output can only be there for a side effect. */
function mustStay(node: Node, survey: Survey): boolean {
  if (node.outputs.some((output) => output.name !== '' && survey.isPinned(output))) return true;
  return !node.is(node.opType) && node.outputs.every((output) => output.name === '');
}

function findInGraph(graph: Graph, live: Live, survey: Survey, found: Rewrite[]): void {
  if (graph.owner !== null && !live.nodes.has(graph.owner)) return;
  // From last to first, so that a node goes after everything that reads it.
  for (const node of graph.nodesBackwards()) {
    if (!live.nodes.has(node)) found.push({ subject: node, apply: () => removeNode(node) });
    else if (countUsedOutputs(node, live) < node.outputs.length)
      found.push({ subject: node, apply: () => trimOutputs(node, live) });
  }
  const isDead = (value: Value) =>
    !live.values.has(value) && !survey.isInput(value) && !survey.isPinned(value);
  for (const value of graph.initializers) {
    if (isDead(value)) found.push({ subject: value.name, apply: () => graph.initializers.delete(value) });
  }
  const sparse = graph.sparseInitializers.map(({ value }) => value).filter(isDead);
  const drop = atOnce(sparse, (gone) => {
    graph.sparseInitializers = graph.sparseInitializers.filter(({ value }) => !gone.has(value));
  });
  for (const value of sparse) found.push({ subject: value.name, apply: drop });
}

/** A change for all of several things that the first call makes, so that each does not walk the list again. */
function atOnce<T>(things: readonly T[], change: (things: ReadonlySet<T>) => void): () => boolean {
  let isDone = false;
  return () => {
    if (!isDone) change(new Set(things));
    isDone = true;
    return true;
  };
}

function removeNode(node: Node): boolean {
  if (!node.graph) return false;
  node.graph.remove(node);
  return true;
}

function trimOutputs(node: Node, live: Live): boolean {
  node.setOutputs(node.outputs.slice(0, countUsedOutputs(node, live)));
  return true;
}

/** Number of outputs that are left when unused optional ones at the end go. */
function countUsedOutputs(node: Node, live: Live): number {
  const optional = node.is(node.opType) ? FIRST_OPTIONAL_OUTPUT.get(node.opType) : undefined;
  let count = node.outputs.length;
  if (optional === undefined) return count;
  for (let last = node.outputs[count - 1]; last && count > optional; last = node.outputs[count - 1]) {
    if (live.values.has(last)) break;
    count--;
  }
  return count;
}

function callKey({ domain, name, overload }: FunctionDefinition): string {
  return `${domain === 'ai.onnx' ? '' : domain}\n${name}\n${overload}`;
}

function nodeKey(node: Node): string {
  return `${node.domain === 'ai.onnx' ? '' : node.domain}\n${node.opType}\n${node.overload}`;
}
