import { Node, type Tensor, tensorType, type Value } from '@sentei/ir';
import { equalTensors } from './duplicates/equal-tensors.ts';
import type { Survey } from './survey.ts';

/**
 * A constant that `reader` may read: an initializer of the model with the same bytes, a new one, or a Constant node where
 * there may be no new initializers.
 */
export function makeConstant(reader: Node, tensor: Tensor, survey: Survey): Value {
  const { graph } = reader;
  if (graph === null) throw new TypeError(`${reader} is in no graph`);
  const main = survey.model.graph;
  if (graph.root === main && survey.holdsInitializers(main)) {
    const isEqual = (value: Value) =>
      !value.overridable &&
      value.outputOf.size === 0 &&
      value.tensor?.dataType === tensor.dataType &&
      value.tensor.byteLength === tensor.byteLength &&
      `${value.tensor.dims}` === `${tensor.dims}` &&
      equalTensors(value.tensor, tensor);
    const known = [...main.initializers].find(isEqual);
    return known ?? main.addInitializer(main.newValue('constant'), tensor);
  }
  const value = graph.newValue('constant', tensorType(tensor.dataType, tensor.dims));
  const attributes = [['value', { kind: 'tensor', value: tensor }]] as const;
  graph.insertBefore(
    reader,
    new Node('Constant', [], [value], { name: graph.newName('constant'), attributes }),
  );
  return value;
}
