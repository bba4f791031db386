import {
  constantIntegers,
  constantScalar,
  constantTensor,
  DATA_TYPES,
  type Dimension,
  isTensorType,
  type Node,
  type Tensor,
  type Value,
  type ValueType,
} from '@sentei/ir';
import type { Norm } from './norm.ts';
import { isOwnPast } from './own-past.ts';
import { ScoreEvaluator } from './scores/evaluate-scores.ts';
import { numberOf } from './scores/linear.ts';
import type { ShapeFacts } from './shape-facts.ts';
import { isShare } from './sign.ts';
import { spectralNormBound } from './spectral-norm.ts';
import { beforeReshape, type Vectors, wholeAxis } from './vectors.ts';

/** What the bound is proven from: the norms of the graph by their output, and shapes as far as they are known. */
export interface BoundFacts extends ShapeFacts {
  readonly norms: ReadonlyMap<Value, Norm>;
  /** Types, as far as they are known beyond the shapes. */
  typeOf?(value: Value): ValueType | undefined;
  /** Elements of a small integer tensor, as far as they are known. */
  integersOf?(value: Value): readonly Dimension[] | undefined;
}

/** Norms and projections may be this far back. */
const DEPTH_LIMIT = 40;

/** How much rounding to an element type may lengthen a vector. */
const ROUNDING: ReadonlyMap<number, number> = new Map([
  [DATA_TYPES.float32, 1],
  [DATA_TYPES.float64, 1],
  [DATA_TYPES.float16, 1 + 2 ** -10],
  [DATA_TYPES.bfloat16, 1 + 2 ** -7],
]);

/** What a norm may be off by that is computed in half precision. */
const HALF_NORM = 1.02;

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
      return from(selected(node, input, vectors, facts));
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
    : Math.sqrt(extent) * (gain * precision(norm, facts) + shift);
}

/** Number of elements a norm is taken over, if it is taken along `axis` and no other. */
function normExtent(norm: Norm, axis: number, facts: BoundFacts): number | undefined {
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
function precision(norm: Norm, facts: BoundFacts): number {
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

function sameExtent(input: Value, { value, axis }: Vectors, facts: BoundFacts): boolean {
  const [before, after] = [facts.shapeOf(input)?.at(axis), facts.shapeOf(value)?.at(axis)];
  return typeof before === 'number' && before === after;
}

/** Vectors before some elements were selected: along the vectors themselves their elements move, elsewhere vectors go. */
function selected(node: Node, input: Value, vectors: Vectors, facts: BoundFacts): Vectors | undefined {
  const shape = facts.shapeOf(input);
  if (shape === undefined) return undefined;
  const fromEnd = (axis: number) => (axis < 0 ? axis : axis - shape.length);
  if (node.is('Gather')) {
    const axis = fromEnd(node.int('axis') ?? 0);
    const index = constantScalar(node.input(1));
    const isScalar = facts.shapeOf(node.input(1) as Value)?.length === 0;
    // One index takes its axis away: those before it move towards the end.
    if (!isScalar || index === undefined || index < 0 || axis === vectors.axis) return undefined;
    const moved = (at: number) => (at <= axis ? at - 1 : at);
    const fixed = new Map([...vectors.fixed].map(([at, each]) => [moved(at), each] as const));
    const along = moved(vectors.axis);
    return along === axis
      ? undefined
      : { ...vectors, value: input, axis: along, fixed: new Map([...fixed, [axis, index]]) };
  }
  if (node.is('Split')) {
    const axis = fromEnd(node.int('axis') ?? 0);
    const sizes = node.outputs.map((output) => facts.shapeOf(output)?.at(axis));
    const before = sizes.slice(0, node.outputs.indexOf(vectors.value));
    const start = before.reduce<number>(
      (sum, size) => sum + (typeof size === 'number' ? size : Number.NaN),
      0,
    );
    const isSingle = sizes[before.length] === 1;
    const fixed = isSingle && Number.isInteger(start) ? new Map([[axis, start]]) : new Map<number, number>();
    if (axis !== vectors.axis) return { ...vectors, value: input, fixed };
    return Number.isInteger(start) ? shiftedBy(vectors, input, start) : undefined;
  }
  const starts = constantIntegers(node.input(1)) ?? facts.integersOf?.(node.input(1) as Value);
  const axes =
    node.input(3) === undefined ? starts?.map((_, index) => index) : constantIntegers(node.input(3));
  const at = axes?.findIndex((axis) => fromEnd(axis) === vectors.axis);
  if (starts === undefined || axes === undefined || at === undefined) return undefined;
  if (at < 0)
    return { ...vectors, value: input, fixed: singlePlace(vectors.value, starts, axes.map(fromEnd), facts) };
  const steps = node.input(4) === undefined ? undefined : constantIntegers(node.input(4));
  const start = starts[at];
  const extent = shape.at(vectors.axis);
  if (typeof start !== 'number' || typeof extent !== 'number') return undefined;
  if (node.input(4) !== undefined && steps?.[at] !== 1) return undefined;
  return shiftedBy(vectors, input, Math.min(Math.max(start < 0 ? start + extent : start, 0), extent));
}

/** The one index along an axis that a Slice leaves. */
function singlePlace(
  output: Value,
  starts: readonly Dimension[],
  axes: readonly number[],
  facts: BoundFacts,
): ReadonlyMap<number, number> {
  const [axis, ...others] = axes;
  const [start] = starts;
  const isSingle = axis !== undefined && others.length === 0 && facts.shapeOf(output)?.at(axis) === 1;
  return new Map(isSingle && typeof start === 'number' && start >= 0 ? [[axis, start]] : []);
}

function shiftedBy(vectors: Vectors, value: Value, start: number): Vectors {
  return {
    ...vectors,
    value,
    fixed: new Map(),
    groups: vectors.groups.map((group) => group.map((index) => index + start)),
  };
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
    const divisor = numberOfScalar(b, facts);
    const bound = divisor === undefined || divisor === 0 ? undefined : same(a);
    return bound === undefined ? undefined : bound / Math.abs(divisor as number);
  }
  const factors = [
    [b, a],
    [a, b],
  ] as const;
  for (const [factor, of] of factors) {
    const hasNoAxes = facts.shapeOf(factor)?.length === 0;
    const size =
      numberOfScalar(factor, facts) ?? largestMagnitude(factor) ?? (isShare(factor) ? 1 : undefined);
    const bound = size === undefined || !(hasNoAxes || isWhole(of)) ? undefined : same(of);
    if (size !== undefined && bound !== undefined) return Math.abs(size) * bound;
  }
  return undefined;
}

/** One number, constant or worked out from extents that are known. */
function numberOfScalar(value: Value, facts: BoundFacts): number | undefined {
  const constant = constantScalar(value);
  const { typeOf, integersOf } = facts;
  const shape = facts.shapeOf(value);
  if (constant !== undefined || typeOf === undefined || integersOf === undefined) return constant;
  if (!shape?.every((extent) => extent === 1)) return undefined;
  const known = {
    shapeOf: facts.shapeOf.bind(facts),
    typeOf: typeOf.bind(facts),
    integersOf: integersOf.bind(facts),
  };
  const cases = new ScoreEvaluator(known, undefined, undefined).evaluate(
    value,
    shape.map(() => []),
  );
  const [only, second] = cases?.table ?? [];
  return only === undefined || second !== undefined ? undefined : numberOf(only);
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

function constantFill(value: Value | undefined): number | undefined {
  const tensor = constantBehindCasts(value);
  const [first] = tensor?.numbers() ?? [];
  return tensor?.numbers().every((x) => x === first) ? first : undefined;
}

/** The longest of a constant's vectors, where it has one number for each element along the vectors. */
function constantLength(value: Value, { axis, groups }: Vectors): number | undefined {
  const tensor = constantBehindCasts(value);
  if (tensor === undefined || groups.some((group) => group.length === 0)) return undefined;
  const numbers = tensor.numbers();
  const largest = numbers.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const isAlong = axis === -1 && tensor.dims.length > 0 && tensor.size === tensor.dims.at(-1);
  const lengths = groups.map((group) =>
    isAlong && tensor.size > 1
      ? Math.hypot(...group.map((index) => numbers[index] ?? Number.NaN))
      : largest * Math.sqrt(group.length),
  );
  return Math.max(...lengths);
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
      return Math.sqrt(matrix.rows) * precision(norm, facts) * stretched + Math.hypot(...moved);
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

interface Matrix {
  readonly rows: number;
  at(row: number, column: number): number;
}

function constantMatrix(value: Value, isTransposed: boolean): Matrix | undefined {
  let [current, turned]: [Value | undefined, boolean] = [value, isTransposed];
  while (current?.producer?.is('Cast', 'Identity', 'Transpose')) {
    if (current.producer.is('Transpose')) turned = !turned;
    current = current.producer.input(0);
  }
  const tensor = constantTensor(current);
  const [first, second] = tensor?.dims ?? [];
  if (!tensor?.isFloat || tensor.dims.length !== 2 || first === undefined || second === undefined)
    return undefined;
  const numbers = tensor.numbers();
  return {
    rows: turned ? second : first,
    at: (row, column) => numbers[turned ? column * second + row : row * second + column] ?? Number.NaN,
  };
}

function columnsOf(matrix: Matrix, group: readonly number[], factors: readonly number[]): number[][] {
  return factors.map((factor, row) => group.map((column) => factor * matrix.at(row, column)));
}

/** One number for each row: those of a constant, or `absent` where there is none. */
function rowFactors(value: Value | undefined, rows: number, absent: number): number[] | undefined {
  if (value === undefined) return new Array<number>(rows).fill(absent);
  const numbers = constantBehindCasts(value)?.numbers();
  if (numbers === undefined) return undefined;
  if (numbers.length === 1) return new Array<number>(rows).fill(numbers[0] ?? Number.NaN);
  return numbers.length === rows ? [...numbers] : undefined;
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

function constantBehindCasts(value: Value | undefined): Tensor | undefined {
  let current: Value | undefined = value;
  while (current?.producer?.is('Cast', 'Identity')) current = current.producer.input(0);
  const tensor = constantTensor(current);
  return tensor?.isFloat ? tensor : undefined;
}
