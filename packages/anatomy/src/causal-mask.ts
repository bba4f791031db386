import { constantIntegers, constantScalar, type Node, type Value } from '@sentei/ir';

/** Element types that hold every position exactly: float32, int32, int64, float64. */
const POSITION_TYPES = [1, 6, 7, 11];

/** A condition that is true exactly where the row is at or after the column, both counted from zero. */
export interface CausalCondition {
  /** The comparison or triangle itself; it holds only if its last two extents are those of the scores. */
  readonly condition: Value;
  /** Scalar number of rows and columns, where the model computes one. */
  readonly length: Value | undefined;
}

/**
 * Recognises a condition over the last two axes, [queries, keys], that equals `when` exactly where the row is at or after
 * the column: the causal condition for true, its opposite for false.
 */
export function matchCausalCondition(condition: Value | undefined, when = true): CausalCondition | undefined {
  const node = unwrap(condition)?.producer;
  if (!node) return undefined;
  const [a, b] = [node.input(0), node.input(1)];
  if (node.is('Not')) return matchCausalCondition(a, !when);
  if (node.is('Trilu'))
    return isTriangle(node, when) && filling(node) === 1 ? causal(node, undefined) : undefined;
  if (node.is(when ? 'GreaterOrEqual' : 'Less')) return comparedPositions(node, a, b);
  return node.is(when ? 'LessOrEqual' : 'Greater') ? comparedPositions(node, b, a) : undefined;
}

/** A bias of a causal mask: `fill` where the column is after the row, and what is left of the bias, if anything. */
export interface CausalBias extends CausalCondition {
  readonly fill: number;
  /** The bias of visible keys; `undefined` where it is 0. */
  readonly rest: Value | undefined;
}

/**
 * Recognises a bias that holds a causal mask: Where(causal, bias, fill), the same with the opposite condition, or an upper
 * triangle of `fill`.
 */
export function matchCausalBias(bias: Value): CausalBias | undefined {
  const node = unwrap(bias)?.producer;
  if (node?.is('Trilu') && isTriangle(node, false)) {
    const fill = filling(node);
    const triangle = causal(node, undefined);
    return fill === undefined || triangle === undefined ? undefined : { ...triangle, fill, rest: undefined };
  }
  if (!node?.is('Where')) return undefined;
  const when =
    constantScalar(node.input(2)) !== undefined && matchCausalCondition(node.input(0)) !== undefined;
  const condition = matchCausalCondition(node.input(0), when);
  const [visible, hidden] = when ? [node.input(1), node.input(2)] : [node.input(2), node.input(1)];
  const fill = constantScalar(hidden);
  if (condition === undefined || fill === undefined || visible === undefined) return undefined;
  return { ...condition, fill, rest: constantScalar(visible) === 0 ? undefined : visible };
}

/** Rows count along the last but one axis and columns along the last, of one and the same range from zero. */
function comparedPositions(
  node: Node,
  rows: Value | undefined,
  columns: Value | undefined,
): CausalCondition | undefined {
  const row = position(rows, 1);
  const column = position(columns, 0) ?? position(columns, undefined);
  // A range of one position would be broadcast over all of them.
  const isMany = row !== undefined && constantScalar(row) !== 1;
  return isMany && row === column ? causal(node, row) : undefined;
}

function causal(node: Node, length: Value | undefined): CausalCondition | undefined {
  const condition = node.output(0);
  return condition && { condition, length };
}

/** The limit of Range(0, limit, 1) behind a value that has its one axis added at `axis` of two. */
function position(value: Value | undefined, axis: 0 | 1 | undefined): Value | undefined {
  let current = unwrapPositions(value);
  if (axis !== undefined) {
    const node = current?.producer;
    const axes = node?.is('Unsqueeze') ? (node.ints('axes') ?? constantIntegers(node.input(1))) : undefined;
    if (!node || axes?.length !== 1 || (axes[0] !== axis && axes[0] !== axis - 2)) return undefined;
    current = node.input(0);
  }
  while (current?.producer?.is('Identity') || isPositionCast(current?.producer)) {
    current = current?.producer?.input(0);
  }
  const range = current?.producer;
  if (!range?.is('Range')) return undefined;
  const isCount = constantScalar(range.input(0)) === 0 && constantScalar(range.input(2)) === 1;
  return isCount ? range.input(1) : undefined;
}

/** Whether a Trilu keeps the lower triangle with the diagonal, or the upper one without it. */
function isTriangle(node: Node, lower: boolean): boolean {
  const shift = node.input(1) === undefined ? 0 : constantScalar(node.input(1));
  return lower ? node.int('upper') === 0 && shift === 0 : node.int('upper') !== 0 && shift === 1;
}

/** The one number that the operand of a Trilu is filled with; its last two extents are the same by construction. */
function filling(node: Node): number | undefined {
  let operand = node.input(0)?.producer;
  while (operand?.is('Identity', 'Cast')) operand = operand.input(0)?.producer;
  if (operand?.is('Expand') && isSquare(operand.input(1))) return constantScalar(operand.input(0));
  if (!operand?.is('ConstantOfShape') || !isSquare(operand.input(0))) return undefined;
  const value = operand.tensor('value');
  return value?.size === 1 ? value.numbers()[0] : undefined;
}

/** Whether a shape ends in the same extent twice, above 1 where it is constant: a single row would be broadcast. */
function isSquare(shape: Value | undefined): boolean {
  const [rows, columns] = constantIntegers(shape)?.slice(-2) ?? [];
  if (rows !== undefined) return rows === columns && rows > 1;
  const parts = shape?.producer?.is('Concat') ? shape.producer.inputs.slice(-2).map(extentOf) : [];
  return (
    parts.length === 2 &&
    parts[0] !== undefined &&
    parts[0] === parts[1] &&
    constantScalar(parts[0]) === undefined
  );
}

function extentOf(value: Value | null): Value | undefined {
  let current = value ?? undefined;
  while (current?.producer?.is('Unsqueeze', 'Squeeze', 'Reshape', 'Cast', 'Identity'))
    current = current.producer.input(0);
  return current;
}

function isPositionCast(node: Node | null | undefined): boolean {
  return node?.is('Cast') === true && POSITION_TYPES.includes(node.int('to') ?? 0);
}

/** Looks through what leaves a mask as it is, but for leading axes. Only masks and full positions may be expanded. */
function unwrap(value: Value | undefined): Value | undefined {
  let current = value;
  while (isWrapper(current?.producer)) current = current?.producer?.input(0);
  return current;
}

function isWrapper(node: Node | null | undefined): boolean {
  if (!node?.is('Unsqueeze')) return node?.is('Identity', 'Cast', 'Expand') === true;
  const axes = node.ints('axes') ?? constantIntegers(node.input(1)) ?? [-1];
  return axes.toSorted((a, b) => a - b).every((axis, index) => axis === index);
}

function unwrapPositions(value: Value | undefined): Value | undefined {
  let current = value;
  while (current?.producer?.is('Identity', 'Expand') || isPositionCast(current?.producer)) {
    current = current?.producer?.input(0);
  }
  return current;
}
