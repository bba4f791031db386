import { constantScalar, constantTensor, DATA_TYPES, type Shape, type Tensor, type Value } from '@sentei/ir';
import type { Norm } from './norm.ts';
import type { ShapeFacts } from './shape-facts.ts';

/** What the bound is proven from: the norms of the graph by their output, and shapes as far as they are known. */
export interface BoundFacts extends ShapeFacts {
  readonly norms: ReadonlyMap<Value, Norm>;
}

/**
 * Bounds the Euclidean norm of the vectors along one axis of `value`, for every input of the model, from the gain of a
 * normalisation before it: an RMSNorm or LayerNorm over n elements gives vectors no longer than √n · max|scale| + √n · max|bias|.
 * Only what keeps or shortens the vectors may lie between: moves, copies, splits into heads, constant factors.
 *
 * @param axis counted from the end: −1 for the last axis
 * @returns `undefined` where no bound is proven
 */
export function vectorNormBound(value: Value, axis: number, facts: BoundFacts): number | undefined {
  let current = value;
  let along: number = axis;
  let factor = 1;
  for (let steps = 0; steps < 32; steps++) {
    const norm = facts.norms.get(current);
    if (norm !== undefined) {
      const bound = normBound(norm, along, facts);
      return bound === undefined ? undefined : factor * bound;
    }
    const node = current.producer;
    const input = node?.input(0);
    if (!node || input === undefined) return undefined;
    if (node.is('Transpose')) {
      const permutation = node.ints('perm');
      const from = permutation?.[along + permutation.length];
      if (permutation === undefined || from === undefined) return undefined;
      along = from - permutation.length;
      current = input;
    } else if (node.is('Identity') || (node.is('Cast') && isWide(node.int('to')))) {
      current = input;
    } else if (node.is('Mul', 'Div')) {
      const scaled = scaledInput(node.is('Div'), input, node.input(1));
      if (scaled === undefined) return undefined;
      factor *= scaled.factor;
      current = scaled.input;
    } else if (node.is('Reshape', 'Unsqueeze', 'Squeeze', 'Expand') && along === -1) {
      if (!dividesLastAxis(facts.shapeOf(input), facts.shapeOf(current))) return undefined;
      current = input;
    } else {
      return undefined;
    }
  }
  return undefined;
}

/** Casts to float32 or float64; narrower types may round a vector up by more than the bound allows for. */
function isWide(elementType: number | undefined): boolean {
  return elementType === DATA_TYPES.float32 || elementType === DATA_TYPES.float64;
}

function normBound(norm: Norm, axis: number, facts: BoundFacts): number | undefined {
  if (norm.epsilon < 0 || norm.axes.length !== 1 || !isOverOneAxis(norm, facts)) return undefined;
  const rank = facts.shapeOf(norm.output)?.length;
  const [normAxis] = norm.axes;
  if (normAxis === undefined) return undefined;
  const fromEnd = normAxis < 0 ? normAxis : rank === undefined ? undefined : normAxis - rank;
  if (fromEnd !== axis) return undefined;
  const extent = facts.shapeOf(norm.output)?.at(axis) ?? facts.shapeOf(norm.input)?.at(axis);
  if (typeof extent !== 'number') return undefined;
  const gain = norm.scale === undefined ? 1 : largestMagnitude(norm.scale);
  const shift = norm.bias === undefined ? 0 : largestMagnitude(norm.bias);
  return gain === undefined || shift === undefined ? undefined : Math.sqrt(extent) * (gain + shift);
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

/** Largest |element| of a constant, seen through casts of it; `undefined` when it is none or not finite. */
function largestMagnitude(value: Value): number | undefined {
  const tensor = constantBehindCasts(value);
  if (tensor === undefined) return undefined;
  const largest = tensor
    .numbers()
    .reduce((most, x) => (Math.abs(x) > most || Number.isNaN(x) ? Math.abs(x) : most), 0);
  return Number.isFinite(largest) ? largest : undefined;
}

function constantBehindCasts(value: Value): Tensor | undefined {
  let current: Value | undefined = value;
  while (current?.producer?.is('Cast', 'Identity')) current = current.producer.input(0);
  const tensor = constantTensor(current);
  return tensor?.isFloat ? tensor : undefined;
}

function scaledInput(
  divided: boolean,
  a: Value,
  b: Value | undefined,
): { input: Value; factor: number } | undefined {
  const right = constantScalar(b);
  if (right !== undefined) return { input: a, factor: Math.abs(divided ? 1 / right : right) };
  const left = divided ? undefined : constantScalar(a);
  return left === undefined || b === undefined ? undefined : { input: b, factor: Math.abs(left) };
}

/** Whether every vector along the last axis afterwards lies in one vector along the last axis before. */
function dividesLastAxis(before: Shape | undefined, after: Shape | undefined): boolean {
  const [whole, part] = [before?.at(-1), after?.at(-1)];
  return typeof whole === 'number' && typeof part === 'number' && part > 0 && whole % part === 0;
}
