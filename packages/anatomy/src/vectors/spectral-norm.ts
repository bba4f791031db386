/** Squarings of the Gram matrix: the bound exceeds the norm by at most a factor of columns^(1 / 2^(SQUARINGS + 2)). */
const SQUARINGS = 6;

/** Multiplications for one matrix beyond which a coarser bound is taken. */
const MOST_WORK = 2e8;

/** Outweighs the rounding of sums in float64. */
const SLACK = 1 + 1e-9;

/**
 * An upper bound of the largest singular value of a matrix, never below it: with B = AᵀA, σ² ≤ (tr B^m)^(1/m), for m a power
 * of two. Where that is much work, σ² ≤ ‖A‖₁ · ‖A‖∞.
 *
 * @param rows of one length
 */
export function spectralNormBound(rows: readonly (readonly number[])[]): number {
  const largest = rows.reduce((most, row) => row.reduce((x, y) => Math.max(x, Math.abs(y)), most), 0);
  if (!Number.isFinite(largest)) return Number.POSITIVE_INFINITY;
  if (largest === 0) return 0;
  // Scaled, so that no square leaves the range of numbers.
  const matrix = rows.map((row) => row.map((x) => x / largest));
  const columns = matrix[0]?.length ?? 0;
  const upright = columns > matrix.length ? transposed(matrix) : matrix;
  const size = Math.min(columns, matrix.length);
  const bound = upright.length * size * size > MOST_WORK ? coarseBound(matrix) : traceBound(upright, size);
  return largest * bound * SLACK;
}

function traceBound(matrix: readonly (readonly number[])[], size: number): number {
  let power = gram(matrix, size);
  // B^(2^k) = power · exp(logFactor)
  let logFactor = 0;
  const squarings = size > 96 ? 3 : SQUARINGS;
  for (let step = 0; step < squarings; step++) {
    const trace = diagonalSum(power, size);
    for (let index = 0; index < power.length; index++) power[index] = (power[index] as number) / trace;
    logFactor = 2 * (logFactor + Math.log(trace));
    power = squared(power, size);
  }
  // tr B^(2m) is the sum of the squared entries of B^m.
  const entries = power.reduce((sum, x) => sum + x * x, 0);
  return Math.exp((Math.log(entries) + 2 * logFactor) / 2 ** (squarings + 2));
}

function gram(rows: readonly (readonly number[])[], size: number): Float64Array {
  const result = new Float64Array(size * size);
  for (const row of rows) {
    for (let i = 0; i < size; i++) {
      const x = row[i] as number;
      if (x === 0) continue;
      for (let j = 0; j < size; j++)
        result[i * size + j] = (result[i * size + j] as number) + x * (row[j] as number);
    }
  }
  return result;
}

/** The square of a symmetric matrix. */
function squared(matrix: Float64Array, size: number): Float64Array {
  const result = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const x = matrix[i * size + k] as number;
      for (let j = 0; j < size; j++)
        result[i * size + j] = (result[i * size + j] as number) + x * (matrix[k * size + j] as number);
    }
  }
  return result;
}

function diagonalSum(matrix: Float64Array, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += matrix[i * size + i] as number;
  return sum;
}

function transposed(rows: readonly (readonly number[])[]): number[][] {
  return (rows[0] ?? []).map((_, column) => rows.map((row) => row[column] as number));
}

function coarseBound(rows: readonly (readonly number[])[]): number {
  const largestSum = (matrix: readonly (readonly number[])[]) =>
    Math.max(...matrix.map((row) => row.reduce((sum, x) => sum + Math.abs(x), 0)));
  return Math.sqrt(largestSum(rows) * largestSum(transposed(rows)));
}
