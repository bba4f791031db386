import { type GraphBuilder, Tensor, type Value } from '@sentei/ir';

export type ProductPrecision = 'float16' | 'float32';

/** A piece of a running sum: integers times `step`, stored divided by `factor`, which the other side multiplies by. */
interface Piece {
  readonly step: number;
  readonly factor: number;
  /** First of its two columns. */
  readonly column: number;
}

interface Layout {
  /** From the coarsest to the finest. */
  readonly pieces: readonly Piece[];
  /** Columns in all. */
  readonly width: number;
  /** Column that rules out padded keys: `maskFactor` on the side of queries, −`maskFactor` on that of such keys. */
  readonly maskColumn: number;
  readonly maskFactor: number;
  /** ONNX number of the element type. */
  readonly elementType: bigint;
}

/**
 * c / scale is cut into pieces that the element type holds exactly, for |c / scale| up to 2³⁰; what is lost is below the finest
 * step, times the scale.
 *
 * In float16, tensor cores multiply exactly but add up 16 channels at a time, aligned to the largest of them, some 25 bits
 * wide. The first 16 columns therefore hold only coarse pieces, whose sum of products is a multiple of 2⁹: it is exact, and
 * small for every pair that can get weight, before anything fine is added. Kernels compute heads in multiples of 32 channels,
 * so 32 columns cost a head of 64 no more than 8 would.
 */
const LAYOUTS: Readonly<Record<ProductPrecision, Layout>> = {
  float16: {
    pieces: [
      { step: 2 ** 20, factor: 2 ** 15, column: 0 },
      { step: 2 ** 9, factor: 2 ** 6, column: 2 },
      { step: 2 ** -2, factor: 1, column: 16 },
      { step: 2 ** -13, factor: 1, column: 18 },
    ],
    width: 32,
    maskColumn: 4,
    maskFactor: 2 ** 15,
    elementType: 10n,
  },
  float32: {
    pieces: [
      { step: 2 ** 7, factor: 1, column: 0 },
      { step: 2 ** -17, factor: 1, column: 2 },
    ],
    width: 8,
    maskColumn: 4,
    maskFactor: 2 ** 20,
    elementType: 1n,
  },
};

/** Pieces, and one more element that is 1, filled up with zeros: products of matrices like multiples of eight. */
const PARTS = 8;

/** Above what any sum is cut into. */
const UNLIMITED = 2 ** 60;

/** How many columns carry the bias. */
export function columnCount(precision: ProductPrecision): number {
  return LAYOUTS[precision].width;
}

/** ONNX number of the element type of a precision. */
export function elementNumber(precision: ProductPrecision): bigint {
  return LAYOUTS[precision].elementType;
}

/**
 * Emits the pieces of running sums as integers, each what the coarser ones leave over.
 *
 * @param sums float64 [batch, at least L, heads, 1]: c
 * @param length int64 [1]: L
 * @returns [batch, L, heads, PARTS] of the precision
 */
export function biasParts(
  b: GraphBuilder,
  sums: Value,
  length: Value,
  scale: number,
  precision: ProductPrecision,
): Value {
  const { pieces, elementType } = LAYOUTS[precision];
  const row = (fill: (piece: Piece | undefined, index: number) => number) => {
    const numbers = Array.from({ length: PARTS }, (_, index) => fill(pieces[index], index));
    return b.constant(Tensor.floats(numbers, [PARTS], 'float64'));
  };
  const steps = b.op('Mul', [sums, row((piece) => (piece === undefined ? 0 : 1 / (piece.step * scale)))]);
  const withOne = b.op('Add', [steps, row((_, index) => (index === pieces.length ? 1 : 0))]);
  // Sums are not positive: their Ceil cuts off, as the remainder has it.
  const coarser = (index: number) => pieces[index - 1]?.step ?? UNLIMITED;
  const ratio = row((piece, index) => (piece === undefined ? UNLIMITED : coarser(index) / piece.step));
  const parts = b.op('Mod', [b.op('Ceil', [withOne]), ratio], { attributes: { fmod: 1n } });
  const narrow = b.op('Cast', [parts], { attributes: { to: elementType } });
  return b.op('Slice', [narrow, b.int64([0]), length, b.int64([1])]);
}

/** Emits what is added to the columns of keys in order to rule out padded ones: [batch, L, 1, columns]. */
export function keyMask(b: GraphBuilder, padding: Value, precision: ProductPrecision): Value {
  const { width, maskColumn, maskFactor, elementType } = LAYOUTS[precision];
  const hidden = b.op('Cast', [b.op('Not', [padding])], { attributes: { to: elementType } });
  const column = Array.from({ length: width }, (_, index) => (index === maskColumn ? -maskFactor : 0));
  const masks = b.constant(Tensor.floats(column, [width], precision));
  return b.op('Mul', [b.op('Unsqueeze', [hidden, b.int64([2, 3])]), masks]);
}

/** Emits columns for queries whose product with those of keys is (c[i] − c[j]) / scale: [batch, L, heads, columns]. */
export function queryColumns(b: GraphBuilder, parts: Value, precision: ProductPrecision): Value {
  const { maskFactor } = LAYOUTS[precision];
  return b.op('MatMul', [parts, placement(b, precision, { piece: 0, factor: 1, sign: 1, maskFactor })]);
}

/** Emits the other side of `queryColumns`. */
export function keyColumns(
  b: GraphBuilder,
  parts: Value,
  mask: Value | undefined,
  precision: ProductPrecision,
): Value {
  const matrix = placement(b, precision, { piece: 1, factor: 0, sign: -1, maskFactor: 0 });
  const columns = b.op('MatMul', [parts, matrix]);
  return mask === undefined ? columns : b.op('Add', [columns, mask]);
}

/** [PARTS, columns]: which column of a pair gets the piece and which the factor; all are powers of two, so nothing rounds. */
function placement(
  b: GraphBuilder,
  precision: ProductPrecision,
  side: {
    readonly piece: number;
    readonly factor: number;
    readonly sign: number;
    readonly maskFactor: number;
  },
): Value {
  const { pieces, width, maskColumn } = LAYOUTS[precision];
  const matrix = new Float64Array(PARTS * width);
  const one = pieces.length;
  for (const [index, { step, factor, column }] of pieces.entries()) {
    matrix[index * width + column + side.piece] = (side.sign * step) / factor;
    matrix[one * width + column + side.factor] = factor;
  }
  matrix[one * width + maskColumn] = side.maskFactor;
  return b.constant(Tensor.floats(matrix, [PARTS, width], precision));
}
