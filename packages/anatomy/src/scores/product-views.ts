import type { Dimension, Node, Value } from '@sentei/ir';
import type { ShapeFacts } from '../shape-facts.ts';
import { broadcastView, type Factor, type View, type Viewed } from './axis-view.ts';

export interface ProductViews {
  readonly left: Viewed;
  readonly right: Viewed;
}

/** What the values run along that a product sums up with weights, from what its output and the weights do. */
export function valueView(
  product: Node,
  output: View,
  weights: View,
  keys: Factor,
  facts: ShapeFacts,
): Viewed | undefined {
  return operandViews(product, output, keys, facts, weights)?.right;
}

/** What the operands of a MatMul or Einsum run along, from what its output does; `summed` is the axis that goes away. */
export function operandViews(
  product: Node,
  output: View,
  summed: Factor,
  facts: ShapeFacts,
  known?: View,
): ProductViews | undefined {
  const [left, right] = [product.input(0), product.input(1)];
  if (left === undefined || right === undefined || product.inputs.length !== 2) return undefined;
  if (product.is('Einsum')) return einsumViews(product, output, summed, left, right, facts, known);
  return product.is('MatMul') ? matrixViews(output, summed, left, right, facts, known) : undefined;
}

function matrixViews(
  output: View,
  summed: Factor,
  left: Value,
  right: Value,
  facts: ShapeFacts,
  known: View | undefined,
): ProductViews | undefined {
  const [a, b] = [facts.shapeOf(left), facts.shapeOf(right)];
  if (a === undefined || b === undefined || a.length < 2 || b.length < 2) return undefined;
  const inner = [summed];
  const lead = output.slice(0, -2);
  const leftView = known ?? broadcastView([...lead, output.at(-2) ?? [], inner], a);
  const rightView = broadcastView([...lead, inner, output.at(-1) ?? []], b);
  return (
    leftView &&
    rightView && { left: { value: left, view: leftView }, right: { value: right, view: rightView } }
  );
}

function einsumViews(
  product: Node,
  output: View,
  summed: Factor,
  left: Value,
  right: Value,
  facts: ShapeFacts,
  known: View | undefined,
): ProductViews | undefined {
  const equation = product.string('equation')?.replaceAll(' ', '') ?? '';
  const [, a, b, c] = /^([A-Za-z]+),([A-Za-z]+)->([A-Za-z]+)$/.exec(equation) ?? [];
  if (a === undefined || b === undefined || c === undefined || c.length !== output.length) return undefined;
  if ([a, b, c].some((letters) => new Set(letters).size !== letters.length)) return undefined;
  const contracted = new Set([...a, ...b].filter((letter) => !c.includes(letter)));
  const [letter, ...others] = contracted;
  if (letter === undefined || others.length > 0 || !a.includes(letter) || !b.includes(letter))
    return undefined;
  const viewOfLetters = (letters: string, value: Value): View | undefined => {
    const view = [...letters].map((each) => (each === letter ? [summed] : (output[c.indexOf(each)] ?? [])));
    const shape = facts.shapeOf(value);
    return shape?.length === view.length ? broadcastView(view, shape) : undefined;
  };
  const [leftView, rightView] = [known ?? viewOfLetters(a, left), viewOfLetters(b, right)];
  return (
    leftView &&
    rightView && { left: { value: left, view: leftView }, right: { value: right, view: rightView } }
  );
}

/** Extent of the axis that a MatMul or Einsum sums over. */
export function summedExtent(product: Node, facts: ShapeFacts): Dimension {
  const left = product.input(0);
  const shape = left && facts.shapeOf(left);
  if (!product.is('Einsum')) return shape?.at(-1) ?? null;
  const [, a = '', c = ''] =
    /^(\w+),\w+->(\w+)$/.exec(product.string('equation')?.replaceAll(' ', '') ?? '') ?? [];
  return shape?.[[...a].findIndex((letter) => !c.includes(letter))] ?? null;
}

/**
 * What the output of the product of weights and values runs along, from what the weights do; `undefined` where it does not sum
 * over keys, as with weights that are transposed.
 */
export function weightedView(product: Node, weights: View, channels: Factor): View | undefined {
  if (product.is('MatMul')) return isKeys(weights.at(-1)) ? [...weights.slice(0, -1), [channels]] : undefined;
  const equation = product.string('equation')?.replaceAll(' ', '') ?? '';
  const [, a, , c] = /^([A-Za-z]+),([A-Za-z]+)->([A-Za-z]+)$/.exec(equation) ?? [];
  if (a === undefined || c === undefined || a.length !== weights.length) return undefined;
  const summed = weights.filter((_, axis) => !c.includes(a[axis] ?? ''));
  if (summed.length !== 1 || !isKeys(summed[0])) return undefined;
  return [...c].map((letter) => (a.includes(letter) ? (weights[a.indexOf(letter)] ?? []) : [channels]));
}

function isKeys(factors: readonly Factor[] | undefined): boolean {
  return factors?.length === 1 && factors[0]?.axis === 'k';
}
