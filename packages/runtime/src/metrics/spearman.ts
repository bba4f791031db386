import type { Example, HostTensor } from '@sentei/data';
import { elementCount } from '@sentei/data';
import { misfit, numberLabel, numbersNamed, onlyOutput } from './labels.ts';
import type { Metric } from './metric.ts';
import { orderingOf, weightedCorrelation, weightedRanks } from './ranks.ts';
import { type NumberTensor, toNumbers } from './to-numbers.ts';

/** How an output [sequence, hidden] becomes one vector; `none` where it is one already. */
export type Pooling = 'mean' | 'cls' | 'none';

/** Which output is compared, and how it becomes a vector. */
export interface SpearmanOptions {
  readonly output: string;
  /** Default: `mean`, which is `none` for an output without a sequence axis. */
  readonly pooling?: Pooling | undefined;
  /** Input [sequence], 0 where `mean` leaves a position out; all count without it. */
  readonly mask?: string | undefined;
}

/** What the model says of an example, and its label. */
export type Prediction = readonly [predicted: number, label: number];

/**
 * Spearman's rank correlation between what the model says and the labels, equal values sharing the mean of their ranks. Of
 * an example with two sets of inputs, such as a pair of sentences, the model says the cosine similarity of their pooled
 * outputs (as STS-B is scored); of one with a single set, the one number of its output.
 */
export function spearman({ output, pooling = 'mean', mask }: SpearmanOptions): Metric<Prediction> {
  const weigh = (scores: readonly Prediction[]): ((counts: ArrayLike<number>) => number) => {
    const [predicted, labels] = [0, 1].map((side) =>
      orderingOf(Float64Array.from(scores, (pair) => pair[side] ?? 0)),
    );
    if (!predicted || !labels) return () => Number.NaN;
    return (counts) =>
      weightedCorrelation(weightedRanks(predicted, counts), weightedRanks(labels, counts), counts);
  };
  return {
    name: 'Spearman correlation',
    lowerIsBetter: false,
    outputs: [output],
    score(example, outputs) {
      const label = numberLabel(example);
      if (example.inputs.length !== 2)
        return [onlyNumber(example, onlyOutput(example, outputs, output)), label];
      const [first, second] = outputs.map((each, set) => {
        const tensor = numbersNamed(example, each, output);
        return pool(example, tensor, pooling, mask === undefined ? undefined : example.inputs[set]?.[mask]);
      });
      return [cosineSimilarity(first ?? [], second ?? []), label];
    },
    reduce: (scores) => weigh(scores)(new Uint8Array(scores.length).fill(1)),
    weigh,
  };
}

function onlyNumber(example: Example, tensor: NumberTensor): number {
  const [number] = Array.from(toNumbers(tensor));
  if (number === undefined || elementCount(tensor.dims) !== 1) {
    throw misfit(example, `an output of shape [${tensor.dims}] is not one number to compare with the label`);
  }
  return number;
}

/** @returns a vector of the last axis, in float64 */
export function pool(
  example: Example,
  tensor: NumberTensor,
  pooling: Pooling,
  mask: HostTensor | undefined,
): ArrayLike<number> {
  const values = toNumbers(tensor);
  const width = tensor.dims.at(-1) ?? 0;
  if (tensor.dims.length === 1) return values;
  const [rows = 0] = tensor.dims;
  if (pooling === 'none' || tensor.dims.length !== 2 || rows === 0) {
    throw misfit(example, `an output of shape [${tensor.dims}] is not one vector`);
  }
  if (pooling === 'cls') return Array.from({ length: width }, (_, index) => values[index] ?? Number.NaN);
  const weights = mask && mask.type !== 'string' ? toNumbers(mask) : undefined;
  if (weights && weights.length !== rows) {
    throw misfit(
      example,
      `the mask has ${weights.length} positions and the output ${rows}`,
      'Run batches of 1, so that nothing is padded.',
    );
  }
  const sums = new Float64Array(width);
  let kept = 0;
  for (let row = 0; row < rows; row += 1) {
    if (weights?.[row] === 0) continue;
    kept += 1;
    for (let index = 0; index < width; index += 1) {
      sums[index] = (sums[index] ?? 0) + (values[row * width + index] ?? Number.NaN);
    }
  }
  return kept === 0 ? sums : sums.map((sum) => sum / kept);
}

/** 0 where one of the two has no direction; in float32, so that all pairs of the same sentence have the same: 1. */
function cosineSimilarity(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, squaresOfA, squaresOfB] = [0, 0, 0];
  for (let index = 0; index < a.length; index += 1) {
    const [x, y] = [a[index] ?? Number.NaN, b[index] ?? Number.NaN];
    dot += x * y;
    squaresOfA += x * x;
    squaresOfB += y * y;
  }
  const norms = Math.sqrt(squaresOfA) * Math.sqrt(squaresOfB);
  return norms === 0 ? 0 : Math.fround(dot / norms);
}
