import { Node, type Tensor, tensorType, type Value } from '@sentei/ir';
import { type Survey, smallConstantKey } from './survey.ts';

/**
 * A constant that `reader` may read: an initializer of the model with the same bytes, a new one, or a Constant node where
 * there may be no new initializers.
 */
export function makeConstant(reader: Node, tensor: Tensor, survey: Survey): Value {
  const { graph } = reader;
  if (graph === null) throw new TypeError(`${reader} is in no graph`);
  const main = survey.model.graph;
  if (graph.root === main && survey.holdsInitializers(main)) {
    const key = smallConstantKey(tensor);
    const known = key === undefined ? undefined : survey.constants.get(key);
    if (known !== undefined && main.initializers.has(known) && known.outputOf.size === 0) return known;
    const made = main.addInitializer(main.newValue('constant'), tensor);
    if (key !== undefined) survey.constants.set(key, made);
    return made;
  }
  const value = graph.newValue('constant', tensorType(tensor.dataType, tensor.dims));
  const attributes = [['value', { kind: 'tensor', value: tensor }]] as const;
  graph.insertBefore(
    reader,
    new Node('Constant', [], [value], { name: graph.newName('constant'), attributes }),
  );
  return value;
}
