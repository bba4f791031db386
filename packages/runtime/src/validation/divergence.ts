import { elementCount, type HostTensor } from '@sentei/data';
import { logSumExp } from '../metrics/log-sum-exp.ts';
import { toNumbers } from '../metrics/to-numbers.ts';

const FLOATS: readonly string[] = ['float32', 'float64', 'float16'];

/**
 * Kullback-Leibler divergence KL(p || q), in nats, of the softmax along the last axis of two tensors of the same shape, mean
 * over rows; p is the original's. In float64.
 *
 * @returns `undefined` where the last axis could not be classes: tensors of integers, or fewer than two to a row; infinity
 *   where the candidate rules out what the original does not
 */
export function divergence(original: HostTensor, candidate: HostTensor): number | undefined {
  const width = original.dims.at(-1) ?? 0;
  const rows = elementCount(original.dims.slice(0, -1));
  if (width < 2 || rows === 0 || !FLOATS.includes(original.type)) return undefined;
  const [a, b] = [toNumbers(original), toNumbers(candidate)];
  let total = 0;
  for (let start = 0; start < a.length; start += width) total += rowDivergence(a, b, start, width);
  return total / rows;
}

function rowDivergence(a: ArrayLike<number>, b: ArrayLike<number>, start: number, width: number): number {
  const [sumA, sumB] = [logSumExp(a, start, width), logSumExp(b, start, width)];
  let sum = 0;
  for (let index = start; index < start + width; index += 1) {
    const logP = (a[index] ?? Number.NaN) - sumA;
    // 0 ln 0 is 0.
    if (logP === Number.NEGATIVE_INFINITY) continue;
    sum += Math.exp(logP) * (logP - ((b[index] ?? Number.NaN) - sumB));
  }
  // Never negative (Gibbs), but for rounding.
  return Math.max(0, sum);
}
