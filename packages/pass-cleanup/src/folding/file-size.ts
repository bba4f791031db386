import type { Node } from '@sentei/ir';

/** Bytes a node takes in a file, at least: its names, attributes and metadata with their tags and lengths. */
export function nodeBytes(node: Node): number {
  let bytes = 2 + 2 + node.opType.length;
  if (node.name !== '') bytes += 2 + node.name.length;
  for (const value of node.inputs) bytes += 2 + (value?.name.length ?? 0);
  for (const output of node.outputs) bytes += 2 + output.name.length;
  for (const [name, attribute] of node.attributes) {
    bytes += 2 + 2 + name.length + 2;
    if (attribute.kind === 'tensor') bytes += attribute.value.byteLength;
    else if (attribute.kind === 'ints' || attribute.kind === 'floats') bytes += attribute.value.length;
  }
  for (const [key, text] of node.metadataProps) bytes += 6 + key.length + text.length;
  return bytes;
}

/** What the size of a tensor in a file depends on. */
export interface TensorSize {
  readonly dims: readonly number[];
  readonly byteLength: number;
}

/**
 * Bytes an initializer takes in a file.
 *
 * @param lengthBytes bytes that each number of the encoding takes: 1 for a lower bound, 5 for an upper one
 */
export function tensorBytes(tensor: TensorSize, name: string, lengthBytes: 1 | 5): number {
  const perDimension = 1 + Math.min(lengthBytes, 3);
  const fields = 2 + 2 + 2 * (1 + Math.min(lengthBytes, 2));
  return fields + perDimension * tensor.dims.length + Buffer.byteLength(name) + tensor.byteLength;
}
