import { constantTensor, isTensorType, type Node, type Tensor, type Value } from '@sentei/ir';
import { evaluate } from './folding/evaluate.ts';
import { nodeBytes, tensorBytes } from './folding/file-size.ts';
import { isPlain, type Survey } from './survey.ts';
import type { Rewrite, Rule } from './types.ts';

/** Results beyond this size are not even computed. */
export const LARGEST_FOLD = 65_536;

/** A constant with more readers than this is taken to stay, so that the cost stays linear. */
const MOST_READERS = 64;

/** Nodes whose output is the same in every run, as long as writing it down takes no more bytes than computing it. */
export const foldConstantsRule: Rule = {
  id: 'fold-constants',
  description: 'Computes what does not depend on inputs, where the file does not grow by it.',
  find(survey) {
    const known = evaluateAll(survey);
    const gone = new Set<Value>();
    const found: Rewrite[] = [];
    // Readers come before what they read: a value is only written down when a node that stays reads it.
    for (const [value, tensor] of [...known].reverse()) {
      const node = value.producer;
      if (node === null || survey.isPinned(value) || value.outputOf.size > 0) continue;
      const isInner = value.consumers().every((reader) => reader.outputs.some((output) => gone.has(output)));
      if (!isInner && (!agrees(value, tensor) || grows(node, tensor, known, survey))) continue;
      gone.add(value);
      if (!isInner) found.push({ subject: `${node}`, apply: () => fold(value, tensor, survey) });
    }
    return found.reverse();
  },
};

/** Folds constants and returns the number of nodes replaced by their result. */
export function foldConstants(survey: Survey): number {
  return foldConstantsRule.find(survey).filter((rewrite) => rewrite.apply()).length;
}

/** Every value that can be computed now, results of other computed values included, in order. */
function evaluateAll(survey: Survey): Map<Value, Tensor> {
  const known = new Map<Value, Tensor>();
  const constant = (value: Value | null | undefined) =>
    constantTensor(value) ?? (value ? known.get(value) : undefined);
  for (const graph of survey.model.graphs()) {
    for (const node of graph.nodes()) {
      const [output] = node.outputs;
      if (output === undefined || output.name === '' || !isPlain(node)) continue;
      const tensor = evaluate(node, (i) => constant(node.inputs[i]), survey, LARGEST_FOLD);
      if (tensor !== undefined) known.set(output, tensor);
    }
  }
  return known;
}

/** A declared type that the numbers contradict is a defect of the model, which is not made worse here. */
function agrees(value: Value, tensor: Tensor): boolean {
  if (value.type === undefined) return true;
  if (!isTensorType(value.type) || value.type.elementType !== tensor.dataType) return false;
  const { shape } = value.type;
  if (shape === undefined) return true;
  const fits = shape.every((dim, i) => typeof dim !== 'number' || dim === tensor.dims[i]);
  return fits && shape.length === tensor.dims.length;
}

/** Compares the bytes of the result with those of all nodes and constants that go with the node. */
function grows(node: Node, tensor: Tensor, known: ReadonlyMap<Value, Tensor>, survey: Survey): boolean {
  const dying = new Set<Node>();
  let saved = 0;
  const release = (dead: Node) => {
    dying.add(dead);
    saved += nodeBytes(dead);
    for (const input of new Set(dead.inputs)) {
      if (input === null || input.outputOf.size > 0 || survey.isPinned(input)) continue;
      if (input.uses.size > MOST_READERS || !input.consumers().every((consumer) => dying.has(consumer)))
        continue;
      const { producer } = input;
      const isInput = survey.model.graph.inputs.includes(input);
      if (producer !== null && (known.has(input) || producer.is('Constant'))) release(producer);
      else if (input.tensor !== undefined && !isInput) saved += tensorBytes(input.tensor, input.name, 1);
    }
  };
  release(node);
  const inPlace = node.graph === null || !survey.holdsInitializers(node.graph);
  // A Constant node keeps the names of the node it replaces.
  const kept = inPlace ? nodeBytes(node) + 24 : 0;
  return tensorBytes(tensor, node.outputs[0]?.name ?? '', 5) + kept > saved;
}

function fold(value: Value, tensor: Tensor, survey: Survey): boolean {
  const node = value.producer;
  if (!node?.graph) return false;
  if (!survey.holdsInitializers(node.graph)) return turnIntoConstant(node, tensor);
  const { graph } = node;
  node.setOutputs([]);
  graph.remove(node);
  graph.addInitializer(value, tensor);
  return true;
}

function turnIntoConstant(node: Node, tensor: Tensor): boolean {
  node.setInputs([]);
  for (const name of [...node.attributes.keys()]) node.setAttribute(name, undefined);
  node.opType = 'Constant';
  node.setAttribute('value', { kind: 'tensor', value: tensor });
  return true;
}
