import { elementCount, type HostTensor } from '@sentei/data';
import { logSumExp } from './log-sum-exp.ts';
import { type NumberTensor, toNumbers } from './to-numbers.ts';

/** How far from 1 the sum of rounded probabilities may be. */
const SUM_TOLERANCE = 1e-3;

/** ln of the smallest number a float32 holds: what a probability that was rounded to 0 may have been. */
const LEAST_LOG = Math.log(2 ** -149);

/** What the numbers of a row along the last axis are. */
export type RowMeaning = 'probabilities' | 'logits';

/**
 * Kullback-Leibler divergence KL(p || q), in nats, of the distributions that two tensors of the same shape have along their
 * last axis, mean over rows; p is the original's. In float64.
 *
 * Where every row of both is a distribution already, its elements being at least 0 and their sum within 0.001 of 1, they are
 * taken as probabilities: divided by their sum, and a probability of 0 counting as the smallest float32, since softmax
 * rounds to it. Otherwise both are taken as logits, of which the softmax is the distribution; log-probabilities are logits.
 *
 * @returns `undefined` where the last axis could not be classes: tensors of integers, or fewer than two to a row; infinity
 *   where the candidate rules out what the original does not
 */
export function divergence(original: HostTensor, candidate: HostTensor): number | undefined {
  const width = original.dims.at(-1) ?? 0;
  const rows = elementCount(original.dims.slice(0, -1));
  if (width < 2 || rows === 0 || !isFloat(original) || !isFloat(candidate)) return undefined;
  const [a, b] = [toNumbers(original), toNumbers(candidate)];
  const areProbabilities = [a, b].every((values) => meaningOf(values, width) === 'probabilities');
  const logarithms = areProbabilities ? logOfShares : logOfSoftmax;
  let total = 0;
  for (let start = 0; start < a.length; start += width) {
    total += rowDivergence(logarithms(a, start, width), logarithms(b, start, width));
  }
  return total / rows;
}

function isFloat(tensor: HostTensor): tensor is NumberTensor {
  return ['float32', 'float64', 'float16'].includes(tensor.type);
}

/** Whether all rows of `width` numbers are distributions already. */
export function meaningOf(values: ArrayLike<number>, width: number): RowMeaning {
  for (let start = 0; start < values.length; start += width) {
    let sum = 0;
    for (let index = start; index < start + width; index += 1) {
      const value = values[index] ?? Number.NaN;
      if (!(value >= 0)) return 'logits';
      sum += value;
    }
    if (Math.abs(sum - 1) > SUM_TOLERANCE) return 'logits';
  }
  return 'probabilities';
}

function logOfSoftmax(values: ArrayLike<number>, start: number, width: number): Float64Array {
  const total = logSumExp(values, start, width);
  return Float64Array.from({ length: width }, (_, index) => (values[start + index] ?? Number.NaN) - total);
}

function logOfShares(values: ArrayLike<number>, start: number, width: number): Float64Array {
  let sum = 0;
  for (let index = start; index < start + width; index += 1) sum += values[index] ?? Number.NaN;
  return Float64Array.from({ length: width }, (_, index) =>
    Math.max(Math.log((values[start + index] ?? Number.NaN) / sum), LEAST_LOG),
  );
}

function rowDivergence(p: Float64Array, q: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < p.length; index += 1) {
    const logP = p[index] ?? Number.NaN;
    // 0 ln 0 is 0.
    if (logP === Number.NEGATIVE_INFINITY) continue;
    sum += Math.exp(logP) * (logP - (q[index] ?? Number.NaN));
  }
  // Never negative (Gibbs), but for rounding; NaN stays.
  return Math.max(sum, 0);
}
