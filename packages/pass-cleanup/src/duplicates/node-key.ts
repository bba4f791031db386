import type { Attribute, Node, Tensor, Value } from '@sentei/ir';
import { isPlain } from '../survey.ts';

/** Larger constants are compared as initializers, not as attributes. */
const LARGEST_ATTRIBUTE = 4096;

/** Standard operators that may give another result each time; a Dropout that does not is an identity anyway. */
const RANDOM = new Set([
  'Dropout',
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
  'Multinomial',
  'Bernoulli',
]);

/**
 * Text that two nodes share only when they compute the same from the same inputs; `undefined` for nodes that may not be
 * merged: foreign domains, random numbers, subgraphs, and attributes that cannot be compared.
 *
 * @param idOf number of a value; values known to be equal share one
 */
export function nodeKey(node: Node, idOf: (value: Value) => number): string | undefined {
  if (!isPlain(node) || isRandom(node) || isTraining(node)) return undefined;
  const attributes: string[] = [];
  for (const [name, attribute] of node.attributes) {
    const text = attributeText(attribute);
    if (text === undefined) return undefined;
    attributes.push(`${name}=${text}`);
  }
  const inputs = node.inputs.map((value) => (value === null ? '' : idOf(value)));
  const outputs = node.outputs.map((value) => (value.name === '' ? '' : 'o'));
  return [node.opType, attributes.sort().join(';'), inputs.join(','), outputs.join(',')].join('|');
}

/** Whether a standard operator may give another result each time. */
export function isRandom(node: Node): boolean {
  return RANDOM.has(node.opType);
}

/** Before opset 14 the outputs of a BatchNormalization say whether it keeps running statistics. */
function isTraining(node: Node): boolean {
  return node.opType === 'BatchNormalization' && node.outputs.length > 1;
}

function attributeText(attribute: Attribute): string | undefined {
  switch (attribute.kind) {
    case 'float':
      return `f${floatText(attribute.value)}`;
    case 'int':
      return `i${attribute.value}`;
    case 'string':
      return `s${attribute.value}`;
    case 'floats':
      return `f[${attribute.value.map(floatText)}]`;
    case 'ints':
      return `i[${attribute.value}]`;
    case 'strings':
      return `s[${attribute.value.map((text) => `${text}`).join(';')}]`;
    case 'tensor':
      return tensorText(attribute.value);
    default:
      return undefined;
  }
}

function floatText(value: number): string {
  return Object.is(value, -0) ? '-0' : `${value}`;
}

function tensorText(tensor: Tensor): string | undefined {
  if (tensor.byteLength === 0 && tensor.size > 0) return undefined;
  if (tensor.byteLength > LARGEST_ATTRIBUTE || tensor.external !== undefined) return undefined;
  return `${tensor.dataType}[${tensor.dims}]${tensor.bytes()}`;
}
