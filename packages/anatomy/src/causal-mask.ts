import { constantIntegers, constantScalar, constantTensor, type Node, type Value } from '@sentei/ir';

/** Operators that leave a mask as it is, but for leading axes. */
const WRAPPERS = ['Identity', 'Cast', 'Expand'] as const;

/** A condition that is true exactly where the row is at or after the column, both counted from zero. */
export interface CausalCondition {
  /** Scalar int64 number of rows and columns, where the model computes one. */
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
    return isTriangle(node, when) && filling(node) === 1 ? { length: undefined } : undefined;
  if (node.is(when ? 'GreaterOrEqual' : 'Less')) return comparedPositions(a, b);
  return node.is(when ? 'LessOrEqual' : 'Greater') ? comparedPositions(b, a) : undefined;
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
    return fill === undefined ? undefined : { length: undefined, fill, rest: undefined };
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
function comparedPositions(rows: Value | undefined, columns: Value | undefined): CausalCondition | undefined {
  const row = position(rows, 1);
  const column = position(columns, 0) ?? position(columns, undefined);
  return row !== undefined && row === column ? { length: row } : undefined;
}

/** The limit of Range(0, limit, 1) behind a value that has its one axis added at `axis` of two. */
function position(value: Value | undefined, axis: 0 | 1 | undefined): Value | undefined {
  let current = unwrap(value);
  if (axis !== undefined) {
    const node = current?.producer;
    const axes = node?.is('Unsqueeze') ? (node.ints('axes') ?? constantIntegers(node.input(1))) : undefined;
    if (!node || axes?.length !== 1 || (axes[0] !== axis && axes[0] !== axis - 2)) return undefined;
    current = unwrap(node.input(0));
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

/** The one number that the operand of a Trilu is filled with. */
function filling(node: Node): number | undefined {
  const operand = unwrap(node.input(0));
  const filled = operand?.producer?.is('ConstantOfShape') ? operand.producer.tensor('value') : undefined;
  const tensor = constantTensor(operand) ?? filled;
  return tensor?.size === 1 ? tensor.numbers()[0] : undefined;
}

function unwrap(value: Value | undefined): Value | undefined {
  let current = value;
  for (let steps = 0; steps < 8 && current?.producer?.is(...WRAPPERS); steps++)
    current = current.producer.input(0);
  return current;
}
