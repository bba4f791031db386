import { DATA_TYPES, type GraphBuilder, type Value } from '@sentei/ir';

/** What an axis of an operand of attention runs over. */
export type OperandAxis = 'batch' | 'head' | 'position' | 'channel';

/** A tensor that attention reads, with its axes in whatever order the model has them. */
export interface Operand {
  readonly value: Value;
  /** The axes of `value`, in order. An axis that is asked for and not among them has extent 1. */
  readonly axes: readonly OperandAxis[];
  /** Number of heads that the last axis holds one behind another, each with its channels; it is a `channel` axis then. */
  readonly packedHeads?: number;
  /** How often each head is repeated before the next one; once where it is absent. */
  readonly repeats?: number;
  /** Element type it is read in, if that is not its own. */
  readonly elementType?: 'float32' | 'float16' | 'bfloat16';
}

/**
 * Emits an operand with its axes in the order asked for. Transpositions that the model made on the way are looked through,
 * so that none is undone by another.
 *
 * @param axes the operand's in any order, and others that it gets with extent 1
 */
export function arrange(b: GraphBuilder, operand: Operand, axes: readonly OperandAxis[]): Value {
  const { value, axes: from } =
    operand.packedHeads === undefined ? beforeTransposes(operand) : unpacked(b, operand, operand.packedHeads);
  const present = axes.filter((axis) => from.includes(axis));
  const permutation = present.map((axis) => from.indexOf(axis));
  const isInOrder = permutation.every((source, index) => source === index);
  let result = isInOrder
    ? value
    : b.op('Transpose', [value], { attributes: { perm: permutation.map(BigInt) } });
  const missing = axes.flatMap((axis, index) => (from.includes(axis) ? [] : [index]));
  if (missing.length > 0) result = b.op('Unsqueeze', [result, b.int64(missing)]);
  if (operand.elementType !== undefined)
    result = b.op('Cast', [result], { attributes: { to: BigInt(DATA_TYPES[operand.elementType]) } });
  return (operand.repeats ?? 1) === 1
    ? result
    : repeatAlong(b, result, axes.indexOf('head'), axes.length, operand.repeats ?? 1);
}

/** [batch, positions, heads · channels] as [batch, positions, heads, channels]. */
function unpacked(b: GraphBuilder, { value, axes }: Operand, heads: number): Operand {
  const shape = b.int64([...axes.slice(0, -1).map(() => 0), heads, -1]);
  return { value: b.op('Reshape', [value, shape]), axes: [...axes.slice(0, -1), 'head', 'channel'] };
}

/** Repeats each element along an axis: [.., n, ..] to [.., n · times, ..]. */
export function repeatAlong(b: GraphBuilder, value: Value, axis: number, rank: number, times: number): Value {
  const target = Array.from({ length: rank + 1 }, (_, index) => (index === axis + 1 ? times : 1));
  const spread = b.op('Expand', [b.op('Unsqueeze', [value, b.int64([axis + 1])]), b.int64(target)]);
  // Leading extents are copied, and the rest is worked out from the two that become one.
  const shape = b.op('Shape', [value]);
  const factors = b.int64(Array.from({ length: rank }, (_, index) => (index === axis ? times : 1)));
  return b.op('Reshape', [spread, b.op('Mul', [shape, factors])]);
}

/** The operand before the Transposes that made it. */
export function beforeTransposes(operand: Operand): Operand {
  let { value, axes } = operand;
  for (;;) {
    const node = value.producer?.is('Transpose') ? value.producer : undefined;
    const [permutation, source] = [node?.ints('perm'), node?.input(0)];
    if (permutation === undefined || source === undefined) return { value, axes };
    const before: OperandAxis[] = [];
    for (const [index, axis] of axes.entries()) before[permutation[index] ?? index] = axis;
    [value, axes] = [source, before];
  }
}
