import { constantIntegers, type Node } from '@sentei/ir';
import type { Survey } from '../survey.ts';

/** Axes of an operator that takes them as attribute in old opsets and as input in new ones. */
export function axesOf(node: Node, input = 1): number[] | undefined {
  return node.ints('axes') ?? constantIntegers(node.input(input));
}

/** Permutation of a Transpose; without the attribute it reverses the axes, which takes a known rank to write down. */
export function permutationOf(node: Node, survey: Survey): number[] | undefined {
  const given = node.ints('perm');
  if (given !== undefined) return given;
  const rank = survey.shape(node.input(0))?.length;
  return rank === undefined ? undefined : Array.from({ length: rank }, (_, i) => rank - 1 - i);
}

/** Axes counted from the front and sorted; `undefined` where negative ones meet an unknown rank. */
export function normalizeAxes(axes: readonly number[], rank: number | undefined): number[] | undefined {
  const counted = axes.map((axis) => (axis < 0 && rank !== undefined ? axis + rank : axis));
  return counted.some((axis) => axis < 0) ? undefined : counted.sort((a, b) => a - b);
}

export function equalLists(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}
