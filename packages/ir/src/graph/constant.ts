import type { Node } from './node.ts';
import { Tensor } from './tensor.ts';
import type { Value } from './value.ts';

/** The tensor behind a value that is the same in every run: an initializer or the output of a Constant node. */
export function constantTensor(value: Value | null | undefined): Tensor | undefined {
  if (!value) return undefined;
  if (value.tensor !== undefined) return value.overridable ? undefined : value.tensor;
  return value.producer?.is('Constant') ? constantOfNode(value.producer) : undefined;
}

/** The number of a constant with exactly one element. */
export function constantScalar(value: Value | null | undefined): number | undefined {
  const tensor = constantTensor(value);
  return tensor?.size === 1 && isNumeric(tensor) ? tensor.numbers()[0] : undefined;
}

/** The integers of a constant of at most 64 elements, as shapes, axes and permutations are. */
export function constantIntegers(value: Value | null | undefined): number[] | undefined {
  const tensor = constantTensor(value);
  if (tensor === undefined || tensor.size > 64) return undefined;
  return tensor.dataType === 'int64' || tensor.dataType === 'int32'
    ? tensor.bigints().map(Number)
    : undefined;
}

function constantOfNode(node: Node): Tensor | undefined {
  const float = node.float('value_float');
  if (float !== undefined) return Tensor.floats([float], []);
  const attribute = node.attributes.get('value_floats');
  if (attribute?.kind === 'floats') return Tensor.floats(attribute.value);
  const integer = node.attributes.get('value_int');
  if (integer?.kind === 'int') return Tensor.int64([integer.value], []);
  const integers = node.attributes.get('value_ints');
  if (integers?.kind === 'ints') return Tensor.int64(integers.value);
  return node.tensor('value');
}

function isNumeric(tensor: Tensor): boolean {
  return tensor.isFloat || /^u?int(8|16|32|64)$|^bool$/.test(tensor.dataType);
}
