import { type Operation, UnknownSize } from './operation.ts';

/** Operators whose result is what they read under another shape. */
const VIEWS = [
  'Reshape',
  'Squeeze',
  'Unsqueeze',
  'Flatten',
  'Identity',
  'Shape',
  'Size',
  'Constant',
  'Dropout',
];

/** Operators that read no more than they write, however large the tensor is that they take it from. */
const PICKS = [
  'Gather',
  'GatherElements',
  'GatherND',
  'Slice',
  'Split',
  'Compress',
  'Range',
  'ConstantOfShape',
];

/**
 * Bytes that a node reads and writes when it runs on its own: its inputs, weights included, and its outputs.
 *
 * @returns null where a size is not known
 */
export function movedBytes(operation: Operation): number | null {
  const { node } = operation;
  if (node.is(...VIEWS)) return 0;
  try {
    const written = node.outputs
      .filter(({ name }) => name !== '')
      .reduce((sum, value) => sum + operation.bytes(value), 0);
    if (node.is(...PICKS)) return 2 * written;
    const read = new Set(node.inputs.filter((value) => value !== null));
    return [...read].reduce((sum, value) => sum + operation.bytes(value), written);
  } catch (error) {
    if (error instanceof UnknownSize) return null;
    throw error;
  }
}
