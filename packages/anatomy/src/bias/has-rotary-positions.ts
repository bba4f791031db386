import type { Value } from '@sentei/ir';

/** How far before the score product a rotation may lie: norms, casts and transpositions come in between. */
const DEPTH_LIMIT = 24;

/**
 * Whether queries or keys were rotated by their positions (RoPE): x · cos + concat(−x₂, x₁) · sin, or an operator that does
 * it. Used to say why there is nothing to prune, so it need not find every spelling.
 */
export function hasRotaryPositions(value: Value, depth = DEPTH_LIMIT): boolean {
  const node = value.producer;
  if (node === null || depth === 0) return false;
  if (node.opType === 'RotaryEmbedding') return true;
  if (node.is('Add') && node.inputs.some((term) => isTurnedPart(term))) return true;
  if (node.is('Concat') && node.inputs.every((half) => isRotatedHalf(half))) return true;
  // Moves, casts and scales keep their data in the first input; norms multiply it by a factor on either side.
  const [first, second] = [node.input(0), node.input(1)];
  if (node.is('MatMul', 'Gemm', 'Conv') || first === undefined) return false;
  if (hasRotaryPositions(first, depth - 1)) return true;
  return node.is('Mul') && second !== undefined && hasRotaryPositions(second, depth - 1);
}

/** concat(−x₂, x₁) · sin */
function isTurnedPart(term: Value | null): boolean {
  const product = term?.producer;
  return (
    product?.is('Mul') === true &&
    product.inputs.some((factor) => {
      const joined = factor?.producer;
      return joined?.is('Concat') === true && joined.input(0)?.producer?.is('Neg') === true;
    })
  );
}

/** x₁ · cos − x₂ · sin or x₂ · cos + x₁ · sin */
function isRotatedHalf(half: Value | null): boolean {
  const node = half?.producer;
  return node?.is('Add', 'Sub') === true && node.inputs.every((term) => term?.producer?.is('Mul') === true);
}
