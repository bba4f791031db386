import { DATA_TYPES, isTensorType } from '@sentei/ir';
import type { Norm } from '../norm.ts';
import type { BoundFacts } from './bound-facts.ts';

/** How much rounding to an element type may lengthen a vector. */
export const ROUNDING: ReadonlyMap<number, number> = new Map([
  [DATA_TYPES.float32, 1],
  [DATA_TYPES.float64, 1],
  [DATA_TYPES.float16, 1 + 2 ** -10],
  [DATA_TYPES.bfloat16, 1 + 2 ** -7],
]);

/** What a norm may be off by that is computed in half precision. */
const HALF_NORM = 1.02;

/** Number of elements a norm is taken over, if it is taken along `axis` and no other. */
export function normExtent(norm: Norm, axis: number, facts: BoundFacts): number | undefined {
  if (norm.epsilon < 0 || norm.axes.length !== 1 || !isOverOneAxis(norm, facts)) return undefined;
  const rank = facts.shapeOf(norm.output)?.length;
  const [normAxis] = norm.axes;
  if (normAxis === undefined) return undefined;
  const fromEnd = normAxis < 0 ? normAxis : rank === undefined ? undefined : normAxis - rank;
  if (fromEnd !== axis) return undefined;
  const extent = facts.shapeOf(norm.output)?.at(axis) ?? facts.shapeOf(norm.input)?.at(axis);
  return typeof extent === 'number' ? extent : undefined;
}

/** Norms that are not computed in float32 are off by more than the slack of the score bound. */
export function normPrecision(norm: Norm, facts: BoundFacts): number {
  const isWide = norm.nodes.some((node) => node.is('Cast') && ROUNDING.get(node.int('to') ?? 0) === 1);
  const type = facts.typeOf?.(norm.input) ?? norm.input.type;
  const isHalf = isTensorType(type) && /float16/.test(type.elementType);
  return isHalf && !isWide ? HALF_NORM : 1;
}

/** A fused norm takes all axes from its own on, so a positive one needs a rank to be the last. */
function isOverOneAxis(norm: Norm, facts: BoundFacts): boolean {
  const rank = facts.shapeOf(norm.input)?.length;
  return norm.nodes
    .filter((node) => /LayerNormalization$|^RMSNormalization$/.test(node.opType))
    .every((node) => {
      const axis = node.int('axis') ?? -1;
      return axis === -1 || (rank !== undefined && axis === rank - 1);
    });
}
