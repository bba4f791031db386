import { constantIntegers, type Node, type Value } from '@sentei/ir';
import type { ShapeFacts } from './shape-facts.ts';

/** A softmax over the last axis. */
export interface Softmax {
  readonly scores: Value;
  readonly weights: Value;
  /** All of it, the one that returns the weights last. */
  readonly nodes: readonly Node[];
}

/** Recognises the operator, and what it is where it is written out: exp(x − max x) / Σ exp(x − max x). */
export function matchSoftmax(last: Node, shapes: ShapeFacts): Softmax | undefined {
  const [scores, weights] = [last.input(0), last.output(0)];
  if (scores === undefined || weights === undefined) return undefined;
  if (!last.is('Softmax')) return last.is('Div') ? writtenOut(last, weights, shapes) : undefined;
  const rank = (shapes.shapeOf(scores) ?? shapes.shapeOf(weights))?.length;
  // The default was 1 before opset 13 and is −1 since; only for matrices are they the same.
  const axis = last.int('axis') ?? (rank === 2 ? 1 : undefined);
  return isLast(axis, rank) ? { scores, weights, nodes: [last] } : undefined;
}

function writtenOut(last: Node, weights: Value, shapes: ShapeFacts): Softmax | undefined {
  const [powers, total] = [last.input(0), last.input(1)?.producer];
  const power = powers?.producer;
  if (!power?.is('Exp') || !total?.is('ReduceSum') || total.input(0) !== powers) return undefined;
  const shifted = power.input(0);
  const shift = shifted?.producer?.is('Sub') ? shifted.producer : undefined;
  const [scores, largest] = [shift?.input(0), shift?.input(1)?.producer];
  if (!shift || !scores || !largest?.is('ReduceMax') || largest.input(0) !== scores) return undefined;
  const isWhole = [largest, total].every((node) => reducesLast(node, shapes.shapeOf(scores)?.length));
  return isWhole ? { scores, weights, nodes: [largest, shift, power, total, last] } : undefined;
}

function reducesLast(node: Node, rank: number | undefined): boolean {
  const [axis, ...others] = node.ints('axes') ?? constantIntegers(node.input(1)) ?? [];
  return others.length === 0 && node.int('keepdims') !== 0 && isLast(axis, rank);
}

function isLast(axis: number | undefined, rank: number | undefined): boolean {
  return axis === -1 || (axis !== undefined && rank !== undefined && axis === rank - 1);
}
