import type { ShapeFacts } from '@sentei/anatomy';
import {
  constantIntegers,
  constantScalar,
  type Dimension,
  multiplyDimensions,
  type Node,
  type Shape,
  symbolsOf,
  type TypeTable,
  type Value,
} from '@sentei/ir';

/**
 * What a value has to do with the positions of a sequence:
 * - `free`: nothing, it is the same for any sequence;
 * - `length`: it is computed from how many positions there are;
 * - `rows`: it has one row for each position, along `axis`, and each row follows from the tokens at that position, from states
 *   and from nothing else.
 */
export type Role =
  | { readonly kind: 'free' }
  | { readonly kind: 'length' }
  | { readonly kind: 'rows'; readonly axis: number };

/** What counts positions from zero and has to go on counting in the next chunk of a sequence. */
export interface PositionSource {
  readonly node: Node;
  /** Range(0, length, 1), or Slice(table, 0, length) along an axis. */
  readonly kind: 'range' | 'table';
}

/** Why a graph cannot be computed chunk by chunk. */
export interface MixesRows {
  readonly node: Node;
  readonly reason: string;
}

/** What {@link traceRows} goes by. */
export interface RowFacts extends ShapeFacts {
  readonly types: TypeTable;
  /** Symbol of the length of the sequence. */
  readonly length: string;
  /** Roles that are known already, of values and their producers, which are not looked at. */
  readonly known: ReadonlyMap<Value, Role>;
  /** Nodes that are not looked at. */
  readonly skipped: ReadonlySet<Node>;
}

/** What was found of a whole graph. */
export interface TracedRows {
  readonly roles: ReadonlyMap<Value, Role>;
  readonly positions: readonly PositionSource[];
}

const FREE: Role = { kind: 'free' };
const LENGTH: Role = { kind: 'length' };

/** Every element of the result follows from the elements at its own place, in operands that are broadcast. */
const ELEMENTWISE = new Set(
  `Abs Acos Add And Asin Atan Cast CastLike Ceil Celu Clip Cos Cosh Div Dropout Elu Equal Erf Exp Expand FastGelu Floor Gelu
  Greater GreaterOrEqual HardSigmoid HardSwish Identity IsInf IsNaN LeakyRelu Less LessOrEqual Log Max Mean Min Mish Mod Mul Neg
  Not Or PRelu Pow QuickGelu BiasGelu Reciprocal Relu Round Selu Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Sub Sum Swish Tan
  Tanh ThresholdedRelu Where Xor`.split(/\s+/),
);

/** From `axis` on all elements are taken together. */
const OVER_TRAILING_AXES = new Set([
  'LayerNormalization',
  'RMSNormalization',
  'SimplifiedLayerNormalization',
  'SkipLayerNormalization',
  'SkipSimplifiedLayerNormalization',
]);

const OVER_ONE_AXIS = new Set('ArgMax ArgMin Concat CumSum Hardmax LogSoftmax Softmax Split TopK'.split(' '));

/** What shapes are computed with: lengths of sequences pass through them as numbers. */
const ARITHMETIC = new Set(
  'Add Cast Concat Div Gather Identity Max Min Mul ReduceProd Reshape Slice Squeeze Sub Unsqueeze'.split(' '),
);

/**
 * Follows the positions of a sequence through a graph, from the inputs that have them. Proven operator by operator: what is
 * not known to keep rows apart counts as mixing them.
 */
export function traceRows(nodes: Iterable<Node>, facts: RowFacts): TracedRows | MixesRows {
  const roles = new Map<Value, Role>(facts.known);
  const positions: PositionSource[] = [];
  for (const node of nodes) {
    if (facts.skipped.has(node) || node.outputs.every((output) => roles.has(output))) continue;
    const source = positionSource(node, roles, facts);
    if (source !== undefined) positions.push(source);
    const role = source === undefined ? roleAfter(node, roles, facts) : undefined;
    if (typeof role === 'string') return { node, reason: role };
    const broadcast = role ?? (ELEMENTWISE.has(node.opType) ? broadcastRole(node, roles, facts) : undefined);
    for (const output of node.outputs) {
      if (output.name === '') continue;
      const found = broadcast ?? rowsOf(output, facts);
      if (typeof found === 'string') return { node, reason: found };
      roles.set(output, found);
    }
  }
  return { roles, positions };
}

/** The role of all outputs of a node, `undefined` where each has rows that its shape tells, or why it has none. */
function roleAfter(node: Node, roles: ReadonlyMap<Value, Role>, facts: RowFacts): Role | string | undefined {
  const operands = node.inputs.map((value) => (value === null ? FREE : (roles.get(value) ?? FREE)));
  const mentions = operands.some(({ kind }) => kind !== 'free');
  if (node.subgraphs().length > 0) {
    return capturesRows(node, roles) || mentions ? `${node.opType} holds graphs of its own` : FREE;
  }
  if (!mentions) return FREE;
  if (node.is('Shape', 'Size')) return tellsLength(node, facts) ? LENGTH : FREE;
  const [first, ...others] = operands;
  const hasRows = operands.some(({ kind }) => kind === 'rows');
  const isShaped = node.is('Reshape', 'Expand', 'ConstantOfShape', 'Tile');
  if (!hasRows && !isShaped) {
    if (!ARITHMETIC.has(node.opType)) return 'the result depends on the length of the whole sequence';
    return tellsLength(node, facts) ? LENGTH : FREE;
  }
  if (node.is('ConstantOfShape') || (isShaped && first?.kind !== 'rows')) {
    return node.is('Tile') ? 'it repeats by the length of the sequence' : undefined;
  }
  // Of a shape that is computed from the length, only the operators that take shapes know what to make.
  const isOdd = others.some(({ kind }) => kind === 'length') && !isShaped && !node.is('Slice');
  return isOdd ? 'the result depends on the length of the whole sequence' : mixing(node, operands, facts);
}

function capturesRows(node: Node, roles: ReadonlyMap<Value, Role>): boolean {
  return node
    .subgraphs()
    .some((graph) =>
      [...graph.outputs, ...[...graph.allNodes()].flatMap((inner) => [...inner.inputs])].some(
        (value) => value !== null && (roles.get(value)?.kind ?? 'free') !== 'free',
      ),
    );
}

/** Whether integers that a node computes follow from the length, as far as is known. */
function tellsLength(node: Node, { types, length }: RowFacts): boolean {
  const integers = node.output(0) && types.integersOf(node.output(0) as Value);
  return integers?.every((each) => each !== null && !symbolsOf(each).has(length)) !== true;
}

/** Why a node with rows among its operands mixes them, or `undefined`. */
function mixing(node: Node, operands: readonly Role[], facts: RowFacts): string | undefined {
  const axisOf = (index: number) => {
    const role = operands[index];
    return role?.kind === 'rows' ? role.axis : undefined;
  };
  const rankOf = (index: number) => {
    const value = node.input(index);
    return value === undefined ? undefined : facts.shapeOf(value)?.length;
  };
  const row = axisOf(0);
  const rank = rankOf(0);
  const place = (axis: number) => (axis < 0 && rank !== undefined ? axis + rank : axis);
  const along = 'it works along the sequence';
  const isOwn = node.domain === 'com.microsoft';
  if (!node.is(node.opType) && !isOwn) return `operator ${node.domain}.${node.opType} is not known`;
  if (ELEMENTWISE.has(node.opType) || node.is('Transpose', 'Squeeze', 'Unsqueeze')) return undefined;
  if (OVER_TRAILING_AXES.has(node.opType))
    return row === undefined || place(node.int('axis') ?? -1) > row ? undefined : along;
  if (OVER_ONE_AXIS.has(node.opType)) {
    const isSum = node.is('CumSum');
    const axis = isSum ? constantScalar(node.input(1)) : (node.int('axis') ?? defaultAxis(node.opType));
    const touched = operands.some((role, index) => {
      const size = rankOf(index);
      if (role.kind !== 'rows' || axis === undefined || size === undefined) return role.kind === 'rows';
      return (axis < 0 ? axis + size : axis) === role.axis;
    });
    return touched ? along : undefined;
  }
  if (/^Reduce/.test(node.opType)) {
    const axes = node.ints('axes') ?? constantIntegers(node.input(1));
    return axes?.length && !axes.map(place).includes(row ?? -1) ? undefined : along;
  }
  switch (node.opType) {
    case 'MatMul': {
      const [left, right] = [rankOf(0), rankOf(1)];
      if (left === undefined || right === undefined) return 'the rank of an operand is not known';
      return row === left - 1 || axisOf(1) === Math.max(right - 2, 0)
        ? 'it sums over the sequence'
        : undefined;
    }
    case 'Gemm': {
      const summed = node.int('transA') === 1 ? 0 : 1;
      const summedRight = node.int('transB') === 1 ? 1 : 0;
      return row === summed || axisOf(1) === summedRight ? 'it sums over the sequence' : undefined;
    }
    case 'Gather':
      return row === undefined || place(node.int('axis') ?? 0) !== row ? undefined : along;
    case 'Reshape':
    case 'Flatten':
      return keepsRows(node, row, facts) ? undefined : 'it may spread a position over several rows';
    case 'Slice': {
      const axes = constantIntegers(node.input(3));
      return axes !== undefined && !axes.map(place).includes(row ?? -1) ? undefined : along;
    }
    case 'Pad': {
      const pads = constantIntegers(node.input(1));
      const axes =
        node.input(3) === undefined ? pads?.slice(pads.length / 2).keys() : constantIntegers(node.input(3));
      const count = (pads?.length ?? 0) / 2;
      const isPadded = (index: number) => pads?.[index] !== 0 || pads[index + count] !== 0;
      const padded = axes && [...axes].filter((_, index) => isPadded(index)).map(place);
      return padded !== undefined && !padded.includes(row ?? -1) ? undefined : along;
    }
    default:
      return `operator ${node.opType} is not known to keep positions apart`;
  }
}

function defaultAxis(opType: string): number | undefined {
  return opType === 'Split' || opType === 'ArgMax' || opType === 'ArgMin'
    ? 0
    : opType === 'Concat'
      ? undefined
      : -1;
}

/** Whether what comes before the end of the position axis, and what comes after, has the same number of elements. */
function keepsRows(node: Node, row: number | undefined, facts: RowFacts): boolean {
  const [input, output] = [node.input(0), node.output(0)];
  const [before, after] = [input && facts.shapeOf(input), output && facts.shapeOf(output)];
  if (before === undefined || after === undefined || row === undefined) return false;
  const axis = lengthAxes(after, facts.length)[0];
  if (axis === undefined) return false;
  const product = (shape: Shape) => shape.reduce<Dimension>((a, b) => multiplyDimensions(a, b), 1);
  const [left, right] = [product(before.slice(0, row + 1)), product(after.slice(0, axis + 1))];
  return left !== null && left === right;
}

/** One row for each position along the one axis whose extent is told by the length. */
function rowsOf(output: Value, facts: RowFacts): Role | string {
  const shape = facts.shapeOf(output);
  if (shape === undefined) return `the shape of '${output.name}' is not known`;
  const axes = lengthAxes(shape, facts.length);
  const [axis] = axes;
  if (axes.length > 1) return 'it relates all positions to each other';
  return axis === undefined ? `'${output.name}' has no row for each position` : { kind: 'rows', axis };
}

/** Rows of an operand stay where they are, counted from the last axis. */
function broadcastRole(node: Node, roles: ReadonlyMap<Value, Role>, facts: RowFacts): Role | undefined {
  const ranks = node.inputs.map((value) => (value === null ? 0 : facts.shapeOf(value)?.length));
  const rank = Math.max(...ranks.map((each) => each ?? Number.NaN));
  const places = node.inputs.flatMap((value, index) => {
    const role = value === null ? undefined : roles.get(value);
    return role?.kind === 'rows' ? [role.axis + rank - (ranks[index] ?? Number.NaN)] : [];
  });
  const [axis] = places;
  const isSame = axis !== undefined && places.every((place) => place === axis);
  return isSame && !node.is('Expand') ? { kind: 'rows', axis } : undefined;
}

function lengthAxes(shape: Shape, length: string): number[] {
  return shape.flatMap((extent, axis) => (symbolsOf(extent).has(length) ? [axis] : []));
}

function positionSource(
  node: Node,
  roles: ReadonlyMap<Value, Role>,
  facts: RowFacts,
): PositionSource | undefined {
  const kindOf = (index: number) => {
    const value = node.input(index);
    return value === undefined ? undefined : (roles.get(value) ?? FREE).kind;
  };
  const isLength = (value: Value | undefined) => {
    const integers = value && facts.types.integersOf(value);
    return integers?.length === 1 && integers[0] === facts.length;
  };
  if (node.is('Range') && kindOf(1) === 'length') {
    const counts = constantScalar(node.input(0)) === 0 && constantScalar(node.input(2)) === 1;
    return counts && isLength(node.input(1)) ? { node, kind: 'range' } : undefined;
  }
  if (!node.is('Slice') || kindOf(0) !== 'free' || kindOf(2) !== 'length') return undefined;
  const starts = constantIntegers(node.input(1));
  const steps = node.input(4) === undefined ? [1] : constantIntegers(node.input(4));
  const fits = starts?.length === 1 && starts[0] === 0 && steps?.[0] === 1 && isLength(node.input(2));
  return fits ? { node, kind: 'table' } : undefined;
}
