import { peel, type ShapeFacts, type View, type Viewed } from '@sentei/anatomy';
import { isTensorType, type TypeTable, type Value } from '@sentei/ir';
import type { Operand, OperandAxis } from './operand.ts';

/** Names of the axes of scores in the terms of operands, by the names that views give them. */
export type AxisNames = ReadonlyMap<string, OperandAxis>;

export const BY_HEAD = ['batch', 'head', 'position', 'channel'] as const;

/** An operand and how many heads of the scores read each of its own. */
export interface ReadOperand extends Operand {
  readonly sharing: number;
}

/**
 * Reads an operand with one axis for each of `wanted`. Reshapes, expansions and casts that stand between it and what was
 * computed are looked through as far as needed, and further where that shows that heads are repetitions of fewer.
 *
 * @param heads number of heads of the scores
 */
export function readOperand(
  start: Viewed,
  names: AxisNames,
  wanted: readonly OperandAxis[],
  heads: number,
  facts: ShapeFacts,
): ReadOperand | undefined {
  let nearest: ReadOperand | undefined;
  let current: Viewed | undefined = start;
  for (let steps = 0; current !== undefined && steps < 16; steps++) {
    const axes = axesOf(current.view, names, wanted);
    const sharing = axes && sharingOf(current.view, names, heads);
    if (axes === undefined && nearest === undefined) nearest = packed(current, names, wanted, heads);
    if (axes !== undefined && sharing !== undefined) {
      const found = { value: current.value, axes, sharing };
      if (nearest === undefined || nearest.packedHeads !== undefined || sharing > nearest.sharing)
        nearest = found;
    }
    const node: Viewed['value']['producer'] = current.value.producer;
    // A cast changes what the elements are, so it ends what may be looked through.
    current = node === null || node.is('Cast') ? undefined : peel(node, current.view, facts);
  }
  return nearest;
}

/** Names the axes of a view, those of extent 1 after what is wanted and found nowhere; `undefined` where it is not that plain. */
function axesOf(view: View, names: AxisNames, wanted: readonly OperandAxis[]): OperandAxis[] | undefined {
  const found = view.map((factors) => (factors.length === 1 ? names.get(factors[0]?.axis ?? '') : undefined));
  if (view.some((factors, index) => factors.length > 0 && found[index] === undefined)) return undefined;
  const missing = wanted.filter((axis) => !found.includes(axis));
  const axes = found.map((axis) => axis ?? missing.shift());
  const isComplete = axes.every((axis) => axis !== undefined && wanted.includes(axis));
  return isComplete && new Set(axes).size === axes.length ? (axes as OperandAxis[]) : undefined;
}

function sharingOf(view: View, names: AxisNames, heads: number): number | undefined {
  const factor = view.flat().find(({ axis }) => names.get(axis) === 'head');
  if (factor === undefined) return heads;
  return typeof factor.extent === 'number' && heads % factor.extent === 0 ? heads / factor.extent : undefined;
}

/** [batch, positions, heads · channels], as the operator Attention takes it. */
function packed(
  { value, view }: Viewed,
  names: AxisNames,
  wanted: readonly OperandAxis[],
  heads: number,
): ReadOperand | undefined {
  const [batch, position, [head, channel] = []] = view;
  const isPacked =
    view.length === 3 &&
    wanted.includes('channel') &&
    batch?.every(({ axis }) => names.get(axis) === 'batch') &&
    position?.every(({ axis }) => names.get(axis) === 'position') &&
    names.get(head?.axis ?? '') === 'head' &&
    names.get(channel?.axis ?? '') === 'channel';
  const count = head?.extent;
  return isPacked && typeof count === 'number' && heads % count === 0
    ? { value, axes: ['batch', 'position', 'channel'], packedHeads: count, sharing: heads / count }
    : undefined;
}

/** The element type of a value, if attention is read in it. */
export function elementTypeOf(
  value: Value,
  types: TypeTable,
): 'float32' | 'float16' | 'bfloat16' | undefined {
  const type = types.typeOf(value);
  const elementType = isTensorType(type) ? type.elementType : undefined;
  return elementType === 'float32' || elementType === 'float16' || elementType === 'bfloat16'
    ? elementType
    : undefined;
}
