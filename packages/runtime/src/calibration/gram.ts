import type { GramMatrix } from '@sentei/ir';
import type { ByteReader, ByteWriter } from './bytes.ts';
import { ReproducibleSums } from './reproducible-sums.ts';
import type { RowBlock } from './types.ts';

/** XᵀY, or the upper triangle of XᵀX. Products of float32 numbers are exact in float64, and so is the sum over batches. */
export class GramSums {
  readonly #left: number;
  readonly #right: number;
  readonly #isSymmetric: boolean;
  readonly #sums: ReproducibleSums;
  #rows = 0;

  /** @param right features of Y; absent for XᵀX */
  constructor(left: number, right?: number, sums = new ReproducibleSums(sizeOf(left, right))) {
    this.#left = left;
    this.#right = right ?? left;
    this.#isSymmetric = right === undefined;
    this.#sums = sums;
  }

  /** @param other the rows of Y, as many as there are of X */
  add(block: RowBlock, other: RowBlock = block): void {
    const products = new Float64Array(this.#sums.length);
    addProducts(products, block, other, this.#isSymmetric);
    this.#sums.add(products);
    this.#rows += block.rows;
  }

  merge(other: GramSums): void {
    this.#sums.merge(other.#sums);
    this.#rows += other.#rows;
  }

  result(): GramMatrix {
    const shape = [this.#left, this.#right] as const;
    const sums = this.#sums.values();
    return { rows: this.#rows, shape, sums: this.#isSymmetric ? mirror(sums, this.#left) : sums };
  }

  write(writer: ByteWriter): void {
    writer.number(this.#rows);
    this.#sums.write(writer);
  }

  /** @throws SenteiError `invalid-data` */
  static read(reader: ByteReader, left: number, right?: number): GramSums {
    const rows = reader.whole();
    const sums = ReproducibleSums.read(reader, sizeOf(left, right));
    const gram = new GramSums(left, right, sums);
    gram.#rows = rows;
    return gram;
  }
}

function sizeOf(left: number, right: number | undefined): number {
  return right === undefined ? (left * (left + 1)) / 2 : left * right;
}

/** Four rows at a time: each sum is then read and written a quarter as often. */
function addProducts(sums: Float64Array, x: RowBlock, y: RowBlock, isTriangle: boolean): void {
  const { rows, features: left, elements: xs } = x;
  const { features: right, elements: ys } = y;
  const whole = rows - (rows % 4);
  for (let row = 0; row < whole; row += 4) {
    const [x0, x1, x2, x3] = [row, row + 1, row + 2, row + 3].map((each) => each * left) as Four;
    const [y0, y1, y2, y3] = [row, row + 1, row + 2, row + 3].map((each) => each * right) as Four;
    let at = 0;
    for (let i = 0; i < left; i += 1) {
      const a = xs[x0 + i] as number;
      const b = xs[x1 + i] as number;
      const c = xs[x2 + i] as number;
      const d = xs[x3 + i] as number;
      for (let j = isTriangle ? i : 0; j < right; j += 1, at += 1) {
        sums[at] =
          (sums[at] as number) +
          (a * (ys[y0 + j] as number) + b * (ys[y1 + j] as number)) +
          (c * (ys[y2 + j] as number) + d * (ys[y3 + j] as number));
      }
    }
  }
  for (let row = whole; row < rows; row += 1) {
    let at = 0;
    for (let i = 0; i < left; i += 1) {
      const a = xs[row * left + i] as number;
      for (let j = isTriangle ? i : 0; j < right; j += 1, at += 1)
        sums[at] = (sums[at] as number) + a * (ys[row * right + j] as number);
    }
  }
}

type Four = [number, number, number, number];

function mirror(triangle: Float64Array, size: number): Float64Array {
  const square = new Float64Array(size * size);
  let at = 0;
  for (let i = 0; i < size; i += 1) {
    for (let j = i; j < size; j += 1, at += 1) {
      square[i * size + j] = triangle[at] as number;
      square[j * size + i] = triangle[at] as number;
    }
  }
  return square;
}
