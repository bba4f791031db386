import { addDimensions, DATA_TYPES, type Dimension, type Node } from '@sentei/ir';
import { runsAlong, type View } from './axis-view.ts';
import { always, type Cases, choice } from './cases.ts';
import { type Linear, linear, numberOf, scale, sum, term } from './linear.ts';

/** Names of what scores are made of. */
export const PRODUCT = 'product';
export const ROW = 'row';
export const COLUMN = 'column';

const LARGEST_FLOAT16 = 65_504;

const FLOAT_TYPES: readonly number[] = [DATA_TYPES.float32, DATA_TYPES.float64];
/** Element types that hold every position exactly. */
const POSITION_TYPES: readonly number[] = [...FLOAT_TYPES, DATA_TYPES.int32, DATA_TYPES.int64];

export function isOverBoth(view: View): boolean {
  return runsAlong(view, 'q') && runsAlong(view, 'k');
}

export function isNarrow(node: Node): boolean {
  const to = node.int('to');
  return to === DATA_TYPES.float16 || to === DATA_TYPES.bfloat16;
}

/** Whether a value is one term as it stands, or a number or a position. */
export function isPlain({ constant, symbolic, terms }: Linear): boolean {
  const [name] = terms.keys();
  return name === undefined || name === ROW || name === COLUMN || (constant === 0 && symbolic === 0);
}

/** Whether a view runs along the queries or the keys and nothing else. */
export function positionOf(view: View): typeof ROW | typeof COLUMN | undefined {
  const [factor, ...others] = view.flat();
  if (factor === undefined || others.length > 0) return undefined;
  return factor.axis === 'q' ? ROW : factor.axis === 'k' ? COLUMN : undefined;
}

/** Whether the last two axes are the queries and the keys. */
export function isSquareView(view: View): boolean {
  const [rows, columns] = view.slice(-2);
  return rows?.length === 1 && columns?.length === 1 && rows[0]?.axis === 'q' && columns[0]?.axis === 'k';
}

export function shifted(position: string, by: number): Cases | undefined {
  const value = sum(term(position), linear(by));
  return value && always(value);
}

export function difference(a: Linear, b: Linear): Linear | undefined {
  const negative = scale(b, -1);
  return negative && sum(a, negative);
}

export function product(a: Linear, b: Linear): Linear | undefined {
  const [x, y] = [numberOf(a), numberOf(b)];
  return y !== undefined ? scale(a, y) : x === undefined ? undefined : scale(b, x);
}

/** The condition that row − column + d, or its opposite, is positive or not negative. */
export function comparedPositions(value: Linear, isStrict: boolean): Cases | undefined {
  const [row, column] = [value.terms.get(ROW), value.terms.get(COLUMN)];
  const offset = dimensionOf(linear(value.constant, undefined, value.symbolic));
  if (value.terms.size !== 2 || offset === undefined || row === undefined || column !== -row)
    return undefined;
  const slack = linear(value.constant - (isStrict ? 1 : 0), undefined, value.symbolic);
  if (row === 1) {
    // row − column + d ≥ 0
    const d = dimensionOf(slack);
    return d === undefined ? undefined : choice(`diagonal:${d}`, linear(1), linear(0));
  }
  if (row !== -1) return undefined;
  // column − row + d ≥ 0 is the opposite of row − column − d − 1 ≥ 0
  const opposite = scale(slack, -1);
  const d = opposite && sum(opposite, linear(-1));
  const extent = d && dimensionOf(d);
  return extent === undefined ? undefined : choice(`diagonal:${extent}`, linear(0), linear(1));
}

/** A whole number, or an extent and a whole number. */
export function dimensionOf({ constant, symbolic, terms }: Linear): Dimension | undefined {
  if (terms.size > 0 || !Number.isInteger(constant)) return undefined;
  return addDimensions(symbolic, constant);
}

export function castOf(value: Linear, to: number, fromInteger: boolean): Linear | undefined {
  const known = numberOf(value);
  if (to === DATA_TYPES.bool) return known === undefined ? undefined : linear(known === 0 ? 0 : 1);
  if (to === DATA_TYPES.float16 || to === DATA_TYPES.bfloat16) {
    // Positions are not counted on in half precision, where 2049 becomes 2048.
    if (known === undefined)
      return value.terms.has(ROW) || value.terms.has(COLUMN) || fromInteger ? undefined : value;
    const largest = to === DATA_TYPES.float16 ? LARGEST_FLOAT16 : Number.MAX_VALUE;
    return linear(Math.abs(known) > largest ? Math.sign(known) * Number.POSITIVE_INFINITY : known);
  }
  if (known !== undefined && POSITION_TYPES.includes(to) && !FLOAT_TYPES.includes(to))
    return Number.isFinite(known) ? linear(Math.trunc(known)) : undefined;
  return POSITION_TYPES.includes(to) && (FLOAT_TYPES.includes(to) || known !== undefined || fromInteger)
    ? value
    : undefined;
}
