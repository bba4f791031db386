import type { Moments } from '@sentei/ir';
import type { ByteReader, ByteWriter } from './bytes.ts';
import { exactRatio } from './exact-ratio.ts';
import { ReproducibleSums } from './reproducible-sums.ts';
import type { RowBlock } from './types.ts';

/**
 * Sums of the elements and of their squares, and their range: of each column, or of one column that holds everything. Within
 * a batch sums are carried in two numbers each, so that the variance does not suffer where the mean is far from zero.
 */
export class MomentSums {
  readonly #columns: number;
  readonly #sums: ReproducibleSums;
  readonly #squares: ReproducibleSums;
  readonly #minimum: Float64Array;
  readonly #maximum: Float64Array;
  #count = 0;

  constructor(columns: number) {
    this.#columns = columns;
    this.#sums = new ReproducibleSums(columns);
    this.#squares = new ReproducibleSums(columns);
    this.#minimum = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
    this.#maximum = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
  }

  add({ elements }: RowBlock): void {
    const columns = this.#columns;
    const [sums, sumErrors, squares, squareErrors] = [0, 1, 2, 3].map(() => new Float64Array(columns)) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    for (let start = 0; start < elements.length; start += columns) {
      for (let column = 0; column < columns; column += 1) {
        const element = elements[start + column] as number;
        accumulate(sums, sumErrors, column, element);
        accumulate(squares, squareErrors, column, element * element);
        if (element < (this.#minimum[column] as number)) this.#minimum[column] = element;
        if (element > (this.#maximum[column] as number)) this.#maximum[column] = element;
      }
    }
    this.#sums.add(sums);
    this.#sums.add(sumErrors);
    this.#squares.add(squares);
    this.#squares.add(squareErrors);
    this.#count += elements.length / columns;
  }

  merge(other: MomentSums): void {
    this.#sums.merge(other.#sums);
    this.#squares.merge(other.#squares);
    for (let column = 0; column < this.#columns; column += 1) {
      this.#minimum[column] = Math.min(this.#minimum[column] as number, other.#minimum[column] as number);
      this.#maximum[column] = Math.max(this.#maximum[column] as number, other.#maximum[column] as number);
    }
    this.#count += other.#count;
  }

  result(): Moments {
    const sums = this.#sums.values();
    const squares = this.#squares.values();
    const isKnown = (column: number) =>
      this.#count > 0 && Number.isFinite(sums[column]) && Number.isFinite(squares[column]);
    return {
      count: this.#count,
      mean: sums.map((sum) => sum / this.#count),
      variance: sums.map((_, column) => (isKnown(column) ? this.#variance(column) : Number.NaN)),
      minimum: this.#minimum.slice(),
      maximum: this.#maximum.slice(),
    };
  }

  write(writer: ByteWriter): void {
    writer.number(this.#count);
    this.#sums.write(writer);
    this.#squares.write(writer);
    writer.numbers(this.#minimum);
    writer.numbers(this.#maximum);
  }

  /** @throws SenteiError `invalid-data` */
  static read(reader: ByteReader, columns: number): MomentSums {
    const count = reader.whole();
    const sums = ReproducibleSums.read(reader, columns);
    const squares = ReproducibleSums.read(reader, columns);
    const minimum = reader.numbers(columns);
    const maximum = reader.numbers(columns);
    const moments = new MomentSums(columns);
    moments.#count = count;
    moments.#sums.merge(sums);
    moments.#squares.merge(squares);
    moments.#minimum.set(minimum);
    moments.#maximum.set(maximum);
    return moments;
  }

  /** (n · Σx² - (Σx)²) / n², without rounding until the end. */
  #variance(column: number): number {
    const sum = this.#sums.exact(column);
    const square = this.#squares.exact(column);
    const exponent = Math.min(2 * sum.exponent, square.exponent);
    const count = BigInt(this.#count);
    const numerator =
      ((count * square.mantissa) << BigInt(square.exponent - exponent)) -
      ((sum.mantissa * sum.mantissa) << BigInt(2 * sum.exponent - exponent));
    return Math.max(0, exactRatio(numerator, count * count, exponent));
  }
}

/** Knuth's TwoSum: what the addition rounds away is summed apart. */
function accumulate(sums: Float64Array, errors: Float64Array, column: number, term: number): void {
  const before = sums[column] as number;
  const sum = before + term;
  const added = sum - before;
  sums[column] = sum;
  errors[column] = (errors[column] as number) + (before - (sum - added) + (term - added));
}
