import { elementCount, type HostTensor } from '@sentei/data';
import { SenteiError } from '@sentei/ir';
import { placeOfLargest, toNumbers } from './to-numbers.ts';

/** How far a candidate tensor is from the original, over the elements that are finite in both. */
export interface OutputComparison {
  readonly elements: number;
  readonly maximumAbsoluteError: number;
  readonly meanAbsoluteError: number;
  /** Largest |a - b| / max(|a|, 1e-6 · largest |a|): tiny originals do not blow it up. */
  readonly maximumRelativeError: number;
  /** 1 when both are zero everywhere. */
  readonly cosineSimilarity: number;
  /** Share of rows (along the last axis) whose largest element is at the same place, the first of equals counting. */
  readonly top1Agreement: number | undefined;
  /** Elements that are NaN in one tensor only. */
  readonly nanMismatches: number;
  /** Elements that are infinite in one tensor only, or with another sign; where neither is NaN. */
  readonly infinityMismatches: number;
}

const RELATIVE_FLOOR = 1e-6;

/**
 * Compares two tensors of the same type and shape. Strings count as 1 where they agree and 0 where they do not, against
 * an original of ones.
 *
 * @throws SenteiError `invalid-data` when types or shapes differ
 */
export function compareTensors(original: HostTensor, candidate: HostTensor): OutputComparison {
  if (original.type !== candidate.type) {
    throw new SenteiError('invalid-data', `${original.type} cannot be compared with ${candidate.type}`);
  }
  const hasSameShape =
    original.dims.length === candidate.dims.length &&
    original.dims.every((dimension, axis) => dimension === candidate.dims[axis]);
  if (!hasSameShape) {
    throw new SenteiError(
      'invalid-data',
      `shape [${original.dims}] cannot be compared with [${candidate.dims}]`,
    );
  }
  const [a, b] = toComparable(original, candidate);
  const isRanked = original.type !== 'string' && original.type !== 'bool';
  return {
    ...compareNumbers(a, b),
    top1Agreement: isRanked ? top1Agreement(a, b, original.dims) : undefined,
  };
}

/**
 * Compares all outputs of two models by name.
 *
 * @throws SenteiError `invalid-data` when an output is missing from one, or types or shapes differ
 */
export function compareOutputs(
  original: Readonly<Record<string, HostTensor>>,
  candidate: Readonly<Record<string, HostTensor>>,
): Readonly<Record<string, OutputComparison>> {
  const names = Object.keys(original);
  const extra = Object.keys(candidate).find((name) => !Object.hasOwn(original, name));
  if (extra !== undefined) {
    throw new SenteiError('invalid-data', `output '${extra}' is only in the candidate`, { subject: extra });
  }
  return Object.fromEntries(
    names.map((name) => {
      const [a, b] = [original[name], candidate[name]];
      if (!a || !b) {
        throw new SenteiError('invalid-data', `output '${name}' is only in the original`, { subject: name });
      }
      return [name, compareNamed(name, a, b)];
    }),
  );
}

function compareNamed(name: string, original: HostTensor, candidate: HostTensor): OutputComparison {
  try {
    return compareTensors(original, candidate);
  } catch (cause) {
    if (!(cause instanceof SenteiError)) throw cause;
    throw new SenteiError(cause.code, `output '${name}': ${cause.message}`, { subject: name, cause });
  }
}

function toComparable(original: HostTensor, candidate: HostTensor): [ArrayLike<number>, ArrayLike<number>] {
  if (original.type === 'string') {
    const agreement = original.data.map((text, index) => (text === candidate.data[index] ? 1 : 0));
    return [new Uint8Array(agreement.length).fill(1), agreement];
  }
  if (candidate.type === 'string') throw new SenteiError('invalid-data', 'strings are no numbers');
  return [toNumbers(original), toNumbers(candidate)];
}

function compareNumbers(a: ArrayLike<number>, b: ArrayLike<number>): Omit<OutputComparison, 'top1Agreement'> {
  const floor = RELATIVE_FLOOR * largestMagnitude(a);
  let [finite, sum, maximumAbsoluteError, maximumRelativeError] = [0, 0, 0, 0];
  let [dot, squaresOfA, squaresOfB] = [0, 0, 0];
  let [nanMismatches, infinityMismatches] = [0, 0];
  for (let index = 0; index < a.length; index += 1) {
    const x = a[index] ?? Number.NaN;
    const y = b[index] ?? Number.NaN;
    if (Number.isFinite(x) && Number.isFinite(y)) {
      const error = Math.abs(x - y);
      finite += 1;
      sum += error;
      maximumAbsoluteError = Math.max(maximumAbsoluteError, error);
      if (error > 0)
        maximumRelativeError = Math.max(maximumRelativeError, error / Math.max(Math.abs(x), floor));
      dot += x * y;
      squaresOfA += x * x;
      squaresOfB += y * y;
    } else if (Number.isNaN(x) || Number.isNaN(y)) {
      if (Number.isNaN(x) !== Number.isNaN(y)) nanMismatches += 1;
    } else if (x !== y) {
      infinityMismatches += 1;
    }
  }
  // A root times itself may miss the square by a rounding, and equal tensors 1.
  const norms = squaresOfA === squaresOfB ? squaresOfA : Math.sqrt(squaresOfA) * Math.sqrt(squaresOfB);
  const areBothZero = squaresOfA === 0 && squaresOfB === 0;
  return {
    elements: a.length,
    maximumAbsoluteError,
    meanAbsoluteError: finite === 0 ? 0 : sum / finite,
    maximumRelativeError,
    cosineSimilarity: norms > 0 ? dot / norms : Number(areBothZero),
    nanMismatches,
    infinityMismatches,
  };
}

function largestMagnitude(values: ArrayLike<number>): number {
  let largest = 0;
  for (let index = 0; index < values.length; index += 1) {
    const magnitude = Math.abs(values[index] ?? 0);
    if (magnitude > largest && Number.isFinite(magnitude)) largest = magnitude;
  }
  return largest;
}

function top1Agreement(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  dims: readonly number[],
): number | undefined {
  const width = dims.at(-1) ?? 0;
  const rows = elementCount(dims.slice(0, -1));
  if (width < 2 || rows === 0) return undefined;
  let agreeing = 0;
  for (let start = 0; start < a.length; start += width) {
    if (placeOfLargest(a, start, width) === placeOfLargest(b, start, width)) agreeing += 1;
  }
  return agreeing / rows;
}
