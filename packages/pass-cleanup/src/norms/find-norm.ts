import { constantIntegers, constantScalar, type Node, type Value } from '@sentei/ir';
import type { Survey } from '../survey.ts';

/** A division by the root mean square as exporters write it out: `x * (1 / sqrt(mean(x^2) + eps))`. */
export interface DecomposedNorm {
  /** The node whose output is `x / sqrt(mean(x^2) + eps)`. */
  readonly root: Node;
  readonly x: Value;
  /** The node that squares. */
  readonly square: Node;
  /** The node that adds epsilon. */
  readonly sum: Node;
  /** How the root of the sum enters: as it is, by its inverse, or by a power of the sum. */
  readonly form: 'div' | 'mul-inverse';
  /** The node between sum and root: Sqrt, or a Pow that stands for it. */
  readonly squareRoot: Node;
}

/**
 * Recognises a norm from the node that scales `x` down to unit size. Nothing but the norm may read what lies between, and
 * the mean is taken over the last axes and kept, so that runtimes can take the whole for one operator. A centred `x` makes
 * it a LayerNorm, which has the same form.
 */
export function findNorm(root: Node, survey: Survey): DecomposedNorm | undefined {
  if (root.is('Div')) return fromDivisor(root, survey);
  if (!root.is('Mul')) return undefined;
  return fromFactor(root, 0, survey) ?? fromFactor(root, 1, survey);
}

/** `x / sqrt(sum)` and `x / sum^0.5`. */
function fromDivisor(root: Node, survey: Survey): DecomposedNorm | undefined {
  const x = root.input(0);
  const squareRoot = owned(root.input(1), root, survey);
  if (x === undefined || squareRoot === undefined || !isSquareRoot(squareRoot)) return undefined;
  return fromSum(root, x, squareRoot, 'div', survey);
}

/** `x * (1 / sqrt(sum))`, with the inverse as a Reciprocal, a Div, or part of a Pow. */
function fromFactor(root: Node, position: number, survey: Survey): DecomposedNorm | undefined {
  const x = root.input(1 - position);
  const inverse = owned(root.input(position), root, survey);
  if (x === undefined || inverse === undefined) return undefined;
  if (inverse.is('Pow') && constantScalar(inverse.input(1)) === -0.5)
    return fromSum(root, x, inverse, 'mul-inverse', survey);
  const inverted = invertedInput(inverse);
  const squareRoot = owned(inverted, inverse, survey);
  if (squareRoot === undefined || !isSquareRoot(squareRoot)) return undefined;
  return fromSum(root, x, squareRoot, 'mul-inverse', survey);
}

function invertedInput(node: Node): Value | undefined {
  if (node.is('Reciprocal')) return node.input(0);
  return node.is('Div') && constantScalar(node.input(0)) === 1 ? node.input(1) : undefined;
}

function isSquareRoot(node: Node): boolean {
  return node.is('Sqrt') || (node.is('Pow') && constantScalar(node.input(1)) === 0.5);
}

function fromSum(
  root: Node,
  x: Value,
  squareRoot: Node,
  form: DecomposedNorm['form'],
  survey: Survey,
): DecomposedNorm | undefined {
  const sum = owned(squareRoot.input(0), squareRoot, survey);
  if (!sum?.is('Add')) return undefined;
  const position = constantScalar(sum.input(1)) === undefined ? 1 : 0;
  const epsilon = constantScalar(sum.input(1 - position));
  const mean = owned(sum.input(position), sum, survey);
  if (epsilon === undefined || !mean?.is('ReduceMean') || !keepsLastAxes(mean, survey)) return undefined;
  const square = owned(mean.input(0), mean, survey);
  if (square === undefined || !isSquareOf(square, x)) return undefined;
  return { root, x, square, sum, form, squareRoot };
}

function isSquareOf(node: Node, x: Value): boolean {
  if (node.is('Mul')) return node.input(0) === x && node.input(1) === x;
  return node.is('Pow') && node.input(0) === x && constantScalar(node.input(1)) === 2;
}

/** The mean has to keep the reduced axes as ones, and these have to be the last ones. */
function keepsLastAxes(mean: Node, survey: Survey): boolean {
  if ((mean.int('keepdims') ?? 1) !== 1) return false;
  const axes = mean.ints('axes') ?? constantIntegers(mean.input(1));
  const rank = survey.shape(mean.input(0))?.length;
  if (axes === undefined || axes.length === 0) return false;
  const fromEnd = axes.map((axis) => (axis < 0 ? -axis : (rank ?? Number.NaN) - axis)).sort((a, b) => a - b);
  return fromEnd.every((distance, i) => distance === i + 1) || (rank === undefined && axes.length === 1);
}

/** The node behind a value that only `reader` reads. */
function owned(value: Value | undefined, reader: Node, survey: Survey): Node | undefined {
  if (value === undefined || value.soleConsumer() !== reader || survey.isPinned(value)) return undefined;
  return value.producer ?? undefined;
}
