import type { Node, Tensor, Value } from '@sentei/ir';
import type { Survey } from '../survey.ts';

/** Puts numbers in the place of the node that computed a value: an initializer, or a Constant node where there is none. */
export function writeDown(value: Value, tensor: Tensor, survey: Survey): boolean {
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
