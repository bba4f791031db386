import type { AttentionCore, ScoreReading } from '@sentei/anatomy';
import { isTensorType, type Node, type TypeTable, type Value } from '@sentei/ir';

/** Lengths are a few steps from a shape; what takes more nodes counts as dependent. */
const MOST_VALUES = 64;

/** A scalar int64 number of keys that the model computes without the scores of this attention, or anything as large. */
export function findLength(
  { lengths }: ScoreReading,
  core: AttentionCore,
  types: TypeTable,
): Value | undefined {
  const own = new Set(core.nodes);
  return lengths.find((length) => {
    const type = types.typeOf(length);
    return isTensorType(type) && type.elementType === 'int64' && !needsScores(length, own, types);
  });
}

/** Whether a length is read off a matrix of queries and keys, which would have to be computed for its shape alone. */
function needsScores(length: Value, own: ReadonlySet<Node>, types: TypeTable): boolean {
  const pending = [length];
  const seen = new Set(pending);
  for (const value of pending) {
    const node = value.producer;
    if (node === null) continue;
    if (own.has(node) || pending.length > MOST_VALUES) return true;
    if (node.is('Shape')) {
      const [source] = node.inputs;
      if (source && (isMatrix(source, types) || (source.producer && own.has(source.producer)))) return true;
      continue;
    }
    for (const input of node.inputs) {
      if (input === null || seen.has(input)) continue;
      seen.add(input);
      pending.push(input);
    }
  }
  return false;
}

/** Whether the last two extents are the same one that a run decides, or not known. */
function isMatrix(value: Value, types: TypeTable): boolean {
  const shape = types.shapeOf(value);
  if (shape === undefined) return true;
  const [rows, columns] = shape.slice(-2);
  return shape.length > 1 && typeof rows !== 'number' && typeof columns !== 'number' && rows === columns;
}
