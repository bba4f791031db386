import { constantIntegers, constantScalar, constantTensor, type Node, type Value } from '@sentei/ir';
import type { Norm } from './norm.ts';
import { isOwnPast } from './own-past.ts';
import { isShare } from './sign.ts';
import type { BoundFacts } from './vectors/bound-facts.ts';
import {
  columnsOf,
  constantFill,
  constantLength,
  constantMatrix,
  largestMagnitude,
  rowFactors,
} from './vectors/constant-vectors.ts';
import { knownNumber } from './vectors/known-number.ts';
import { normExtent, normPrecision, ROUNDING } from './vectors/norm-extent.ts';
import { selectVectors } from './vectors/select-vectors.ts';
import { spectralNormBound } from './vectors/spectral-norm.ts';
import { beforeReshape, type Vectors, wholeAxis } from './vectors/vectors.ts';

/** Norms and projections may be this far back. */
const DEPTH_LIMIT = 40;

/**
 * Bounds the Euclidean norm of the vectors along one axis of `value`, for every input of the model, from a normalisation
 * before it: an RMSNorm or LayerNorm over n elements gives vectors no longer than √n · max|scale| + √n · max|bias|, and behind
 * a constant projection W no longer than √n · σ(diag(scale) W), the largest singular value taken of the columns of each head.
 * Copies, splits, constant factors, sums, and mixtures of two vectors by a share of each may lie between.
 *
 * @param axis counted from the end: −1 for the last axis
 * @returns `undefined` where no bound is proven
 */
export function vectorNormBound(value: Value, axis: number, facts: BoundFacts): number | undefined {
  const bound = boundOf(wholeAxis(value, axis, facts), facts, DEPTH_LIMIT);
  return bound !== undefined && Number.isFinite(bound) ? bound : undefined;
}

function boundOf(vectors: Vectors | undefined, facts: BoundFacts, depth: number): number | undefined {
  if (vectors === undefined || depth === 0) return undefined;
  const { value, axis } = vectors;
  const norm = facts.norms.get(value);
  if (norm !== undefined) return normBound(norm, axis, facts);
  const node = value.producer;
  const input = node?.input(0);
  if (!node || input === undefined) return undefined;
  const from = (moved: Vectors | undefined) => boundOf(moved, facts, depth - 1);
  // Places that are fixed along other axes are forgotten where these may be broadcast or moved: it loosens the bound.
  const same = (of: Value | undefined) =>
    of === undefined ? undefined : from({ ...vectors, value: of, fixed: new Map() });
  switch (node.is(node.opType) ? node.opType : '') {
    case 'Identity':
    case 'Neg':
      return from({ ...vectors, value: input });
    case 'Cast': {
      const [rounding, bound] = [ROUNDING.get(node.int('to') ?? 0), from({ ...vectors, value: input })];
      return rounding === undefined || bound === undefined ? undefined : rounding * bound;
    }
    case 'Transpose': {
      const permutation = node.ints('perm');
      const place = permutation?.[axis + permutation.length];
      if (permutation === undefined || place === undefined) return undefined;
      const fixed = new Map(
        [...vectors.fixed].map(([at, index]) => [
          (permutation[at + permutation.length] ?? 0) - permutation.length,
          index,
        ]),
      );
      return from({ ...vectors, value: input, axis: place - permutation.length, fixed });
    }
    case 'Reshape':
    case 'Flatten':
    case 'Squeeze':
    case 'Unsqueeze':
      return from(beforeReshape(vectors, input, facts));
    case 'Expand':
    case 'Tile':
      return sameExtent(input, vectors, facts) ? same(input) : undefined;
    case 'Slice':
    case 'Split':
    case 'Gather':
      return from(selectVectors(node, input, vectors, facts));
    case 'Pad':
    case 'Concat':
      return alongOthers(node, vectors, facts, same);
    case 'Mul':
    case 'Div':
      return scaled(node, facts, same);
    case 'Add':
    case 'Sub':
      return mixed(node, vectors, facts, same);
    case 'MatMul':
    case 'Gemm':
      return projected(node, vectors, facts, depth);
    default:
      return undefined;
  }
}

function normBound(norm: Norm, axis: number, facts: BoundFacts): number | undefined {
  const extent = normExtent(norm, axis, facts);
  if (extent === undefined) return undefined;
  const gain = norm.scale === undefined ? 1 : largestMagnitude(norm.scale);
  const shift = norm.bias === undefined ? 0 : largestMagnitude(norm.bias);
  return gain === undefined || shift === undefined
    ? undefined
    : Math.sqrt(extent) * (gain * normPrecision(norm, facts) + shift);
}

function sameExtent(input: Value, { value, axis }: Vectors, facts: BoundFacts): boolean {
  const [before, after] = [facts.shapeOf(input)?.at(axis), facts.shapeOf(value)?.at(axis)];
  return typeof before === 'number' && before === after;
}

/** Zeros or other vectors of the same kind put before or behind: the longest of all counts. */
function alongOthers(
  node: Node,
  { value, axis }: Vectors,
  facts: BoundFacts,
  same: (of: Value | undefined) => number | undefined,
): number | undefined {
  const rank = facts.shapeOf(value)?.length;
  if (rank === undefined) return undefined;
  if (node.is('Pad')) {
    const pads =
      node.input(1) && (constantIntegers(node.input(1)) ?? facts.integersOf?.(node.input(1) as Value));
    const isZero = node.input(2) === undefined || constantScalar(node.input(2)) === 0;
    const mode = node.string('mode') ?? 'constant';
    const along = axis + rank;
    const isElsewhere = pads?.length === 2 * rank && pads[along] === 0 && pads[along + rank] === 0;
    return isZero && mode === 'constant' && isElsewhere ? same(node.input(0)) : undefined;
  }
  const joined = node.int('axis');
  if (joined === undefined || (joined < 0 ? joined : joined - rank) === axis) return undefined;
  const bounds = node.inputs.map((input) =>
    isZeros(input) || isOwnPast(input, value) ? 0 : same(input ?? undefined),
  );
  return bounds.every((bound) => bound !== undefined) ? Math.max(...bounds) : undefined;
}

function isZeros(value: Value | null): boolean {
  let node = value?.producer;
  while (node?.is('Expand', 'Cast', 'Identity')) {
    if (constantScalar(node.input(0)) === 0) return true;
    node = node.input(0)?.producer;
  }
  if (node?.is('ConstantOfShape'))
    return node.tensor('value') === undefined || node.tensor('value')?.numbers()[0] === 0;
  const tensor = constantTensor(value);
  return tensor?.isFloat === true && tensor.numbers().every((x) => x === 0);
}

/** A constant factor counts by its largest magnitude; a factor that is proven a share between 0 and 1 lengthens nothing. */
function scaled(
  node: Node,
  facts: BoundFacts,
  same: (of: Value | undefined) => number | undefined,
): number | undefined {
  const [a, b] = [node.input(0), node.input(1)];
  if (a === undefined || b === undefined) return undefined;
  const isWhole = (of: Value) =>
    facts.shapeOf(of)?.length === facts.shapeOf(node.outputs[0] as Value)?.length;
  if (node.is('Div')) {
    const divisor = knownNumber(b, facts);
    const bound = divisor === undefined || divisor === 0 ? undefined : same(a);
    return bound === undefined ? undefined : bound / Math.abs(divisor as number);
  }
  const factors = [
    [b, a],
    [a, b],
  ] as const;
  for (const [factor, of] of factors) {
    const hasNoAxes = facts.shapeOf(factor)?.length === 0;
    const size = knownNumber(factor, facts) ?? largestMagnitude(factor) ?? (isShare(factor) ? 1 : undefined);
    const bound = size === undefined || !(hasNoAxes || isWhole(of)) ? undefined : same(of);
    if (size !== undefined && bound !== undefined) return Math.abs(size) * bound;
  }
  return undefined;
}

/** x + y, and a · x + (1 − a) · y with a share a of whole vectors, which is no longer than the longer of the two. */
function mixed(
  node: Node,
  vectors: Vectors,
  facts: BoundFacts,
  same: (of: Value | undefined) => number | undefined,
): number | undefined {
  const [a, b] = [node.input(0), node.input(1)];
  if (a === undefined || b === undefined) return undefined;
  const isWhole = (of: Value) =>
    facts.shapeOf(of)?.length === facts.shapeOf(vectors.value)?.length && sameExtent(of, vectors, facts);
  const shares = node.is('Add') ? sharesOf(a, b, vectors.axis, facts) : undefined;
  if (shares !== undefined) {
    const bounds = shares.map((each) => (isWhole(each) ? same(each) : undefined));
    return bounds.every((bound) => bound !== undefined) ? Math.max(...bounds) : undefined;
  }
  const parts = [a, b].map(
    (part) => constantLength(part, vectors) ?? (isWhole(part) ? same(part) : undefined),
  );
  return parts.every((part) => part !== undefined) ? parts.reduce((sum, part) => sum + part, 0) : undefined;
}

/** x and y of share · x + (1 − share) · y, the share the same all along the vectors. */
function sharesOf(a: Value, b: Value, axis: number, facts: BoundFacts): [Value, Value] | undefined {
  const factors = (value: Value) => (value.producer?.is('Mul') ? value.producer.inputs : []);
  for (const [share, x] of pairs(factors(a))) {
    for (const [rest, y] of pairs(factors(b))) {
      const [first, second] = [
        [share, rest],
        [rest, share],
      ].map(([whole, other]) => {
        const difference = other?.producer?.is('Sub') ? other.producer : undefined;
        return difference?.input(1) === whole && constantFill(difference?.input(0)) === 1 && isShare(whole);
      });
      if ((first || second) && facts.shapeOf(share)?.at(axis) === 1) return [x, y];
    }
  }
  return undefined;
}

function pairs(values: readonly (Value | null)[]): [Value, Value][] {
  const [a, b] = values;
  return a && b
    ? [
        [a, b],
        [b, a],
      ]
    : [];
}

/** x · W with a constant W: the columns of each head are a projection of their own. */
function projected(node: Node, vectors: Vectors, facts: BoundFacts, depth: number): number | undefined {
  const [x, weight, added] = [node.input(0), node.input(1), node.input(2)];
  const matrix = weight && constantMatrix(weight, node.is('Gemm') && node.int('transB') === 1);
  const isKnown = vectors.groups.every((group) => group.length > 0);
  if (x === undefined || matrix === undefined || vectors.axis !== -1 || !isKnown) return undefined;
  if (
    node.is('Gemm') &&
    (node.int('transA') === 1 || (node.float('alpha') ?? 1) !== 1 || (node.float('beta') ?? 1) !== 1)
  )
    return undefined;
  const shift = added === undefined ? 0 : constantLength(added, vectors);
  if (shift === undefined) return undefined;
  const norm = facts.norms.get(x);
  const extent = norm && normExtent(norm, -1, facts);
  if (norm !== undefined && extent === matrix.rows) {
    const gains = rowFactors(norm.scale, matrix.rows, 1);
    const shifts = rowFactors(norm.bias, matrix.rows, 0);
    if (gains === undefined || shifts === undefined) return undefined;
    const bounds = vectors.groups.map((group) => {
      const stretched = spectralNormBound(columnsOf(matrix, group, gains));
      const moved = columnsOf(matrix, group, shifts).reduce(
        (sum, row) => sum.map((total, index) => total + (row[index] ?? 0)),
        group.map(() => 0),
      );
      return Math.sqrt(matrix.rows) * normPrecision(norm, facts) * stretched + Math.hypot(...moved);
    });
    return Math.max(...bounds) + shift;
  }
  const before = boundOf(wholeAxis(x, -1, facts), facts, depth - 1);
  if (before === undefined) return undefined;
  const ones = new Array<number>(matrix.rows).fill(1);
  return (
    before * Math.max(...vectors.groups.map((group) => spectralNormBound(columnsOf(matrix, group, ones)))) +
    shift
  );
}
