import { constantIntegers, constantScalar, constantTensor, type Node, type Value } from '@sentei/ir';

/** Operators that leave a mask as it is, but for leading axes. */
const WRAPPERS = ['Identity', 'Cast', 'Expand'] as const;

/** A condition that is true exactly where the row is at or after the column, both counted from zero. */
export interface CausalCondition {
  /** Scalar int64 number of rows and columns, where the model computes one. */
  readonly length: Value | undefined;
}

/** Recognises the causal condition over the last two axes, [queries, keys], or tells `undefined`. */
export function matchCausalCondition(condition: Value | undefined): CausalCondition | undefined {
  const node = unwrap(condition)?.producer;
  if (!node) return undefined;
  const [a, b] = [node.input(0), node.input(1)];
  if (node.is('GreaterOrEqual')) return comparedPositions(a, b);
  if (node.is('LessOrEqual')) return comparedPositions(b, a);
  if (node.is('Trilu')) return isLowerTriangle(node) ? { length: undefined } : undefined;
  const negated = node.is('Not') ? unwrap(a)?.producer : undefined;
  if (!negated) return undefined;
  if (negated.is('Greater')) return comparedPositions(negated.input(1), negated.input(0));
  return negated.is('Less') ? comparedPositions(negated.input(0), negated.input(1)) : undefined;
}

/** An additive causal mask, Where(causal, 0, fill), or `undefined` for any other bias. */
export function matchCausalBias(bias: Value): (CausalCondition & { readonly fill: number }) | undefined {
  const node = unwrap(bias)?.producer;
  if (!node?.is('Where') || constantScalar(node.input(1)) !== 0) return undefined;
  const condition = matchCausalCondition(node.input(0));
  const fill = constantScalar(node.input(2));
  return condition === undefined || fill === undefined ? undefined : { ...condition, fill };
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

function isLowerTriangle(node: Node): boolean {
  const shifted = node.input(1) !== undefined && constantScalar(node.input(1)) !== 0;
  return node.int('upper') === 0 && !shifted && isAllOnes(unwrap(node.input(0)));
}

function isAllOnes(value: Value | undefined): boolean {
  const constant = constantTensor(value);
  if (constant !== undefined) return constant.size === 1 && constantScalar(value) === 1;
  const filled = value?.producer?.is('ConstantOfShape') ? value.producer.tensor('value') : undefined;
  return filled?.size === 1 && filled.numbers()[0] === 1;
}

function unwrap(value: Value | undefined): Value | undefined {
  let current = value;
  for (let steps = 0; steps < 8 && current?.producer?.is(...WRAPPERS); steps++)
    current = current.producer.input(0);
  return current;
}
