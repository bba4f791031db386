/**
 * ln of the sum of exp over `width` values from `start`, in float64, exact also where exp alone would overflow. NaN when a
 * value is NaN or positive infinity.
 */
export function logSumExp(values: ArrayLike<number>, start: number, width: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let index = start; index < start + width; index += 1) {
    largest = Math.max(largest, values[index] ?? Number.NaN);
  }
  // All of them are -infinity: there is no distribution, and largest - largest would be NaN all the same.
  if (largest === Number.NEGATIVE_INFINITY) return Number.NaN;
  let sum = 0;
  for (let index = start; index < start + width; index += 1) {
    sum += Math.exp((values[index] ?? Number.NaN) - largest);
  }
  return largest + Math.log(sum);
}
