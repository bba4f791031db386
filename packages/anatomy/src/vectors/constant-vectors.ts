import { constantTensor, type Tensor, type Value } from '@sentei/ir';
import type { Vectors } from './vectors.ts';

export function constantFill(value: Value | undefined): number | undefined {
  const tensor = constantBehindCasts(value);
  const [first] = tensor?.numbers() ?? [];
  return tensor?.numbers().every((x) => x === first) ? first : undefined;
}

/** The longest of a constant's vectors, where it has one number for each element along the vectors. */
export function constantLength(value: Value, { axis, groups }: Vectors): number | undefined {
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

export interface Matrix {
  readonly rows: number;
  at(row: number, column: number): number;
}

export function constantMatrix(value: Value, isTransposed: boolean): Matrix | undefined {
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

export function columnsOf(matrix: Matrix, group: readonly number[], factors: readonly number[]): number[][] {
  return factors.map((factor, row) => group.map((column) => factor * matrix.at(row, column)));
}

/** One number for each row: those of a constant, or `absent` where there is none. */
export function rowFactors(value: Value | undefined, rows: number, absent: number): number[] | undefined {
  if (value === undefined) return new Array<number>(rows).fill(absent);
  const numbers = constantBehindCasts(value)?.numbers();
  if (numbers === undefined) return undefined;
  if (numbers.length === 1) return new Array<number>(rows).fill(numbers[0] ?? Number.NaN);
  return numbers.length === rows ? [...numbers] : undefined;
}

/** Largest |element| of a constant, seen through casts of it; `undefined` when it is none or not finite. */
export function largestMagnitude(value: Value): number | undefined {
  const tensor = constantBehindCasts(value);
  if (tensor === undefined) return undefined;
  const largest = tensor
    .numbers()
    .reduce((most, x) => (Math.abs(x) > most || Number.isNaN(x) ? Math.abs(x) : most), 0);
  return Number.isFinite(largest) ? largest : undefined;
}

export function constantBehindCasts(value: Value | undefined): Tensor | undefined {
  let current: Value | undefined = value;
  while (current?.producer?.is('Cast', 'Identity')) current = current.producer.input(0);
  const tensor = constantTensor(current);
  return tensor?.isFloat ? tensor : undefined;
}
