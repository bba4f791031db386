import type { GraphBuilder, Value } from '@sentei/ir';

/** What an axis of an operand of attention runs over. */
export type OperandAxis = 'batch' | 'head' | 'position' | 'channel';

/** A tensor that attention reads, with its axes in whatever order the model has them. */
export interface Operand {
  readonly value: Value;
  /** The axes of `value`, in order. */
  readonly axes: readonly OperandAxis[];
}

/**
 * Emits an operand with its axes in the order asked for. Transpositions that the model made on the way are looked through,
 * so that none is undone by another.
 *
 * @param axes a permutation of the operand's
 */
export function arrange(b: GraphBuilder, operand: Operand, axes: readonly OperandAxis[]): Value {
  const { value, axes: from } = beforeTransposes(operand);
  const permutation = axes.map((axis) => from.indexOf(axis));
  if (permutation.every((source, index) => source === index)) return value;
  return b.op('Transpose', [value], { attributes: { perm: permutation.map(BigInt) } });
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
