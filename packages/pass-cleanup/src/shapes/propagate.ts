import { constantIntegers, type Node } from '@sentei/ir';
import { axesOf } from '../identities/operands.ts';
import { type Contents, isSameTerm, type Term } from './extents.ts';

export type Terms = readonly Term[];

/** Operators that broadcast all of their inputs against each other. */
const BROADCASTING = new Set(
  'Add Sub Mul Div Pow Where Max Min Sum Mean Mod PRelu And Or Xor Equal Less LessOrEqual Greater GreaterOrEqual'.split(
    ' ',
  ),
);

const REDUCING = /^Reduce/;

/** The first opset with the broadcasting of today. */
const MULTIDIRECTIONAL = 7;

/**
 * Extents of the outputs of a standard operator from those of its inputs, by output number; `undefined` as a term where one
 * cannot be told, and no entry where not even the rank can.
 *
 * @param inputs extents of each input, `undefined` where they are not known or the input is left out
 * @param contents what an input that is an integer vector or scalar is made of
 */
export function propagate(
  node: Node,
  inputs: readonly (Terms | undefined)[],
  contents: (input: number) => Contents | undefined,
  opset: number,
): readonly (Terms | undefined)[] {
  const [first, second] = inputs;
  if (node.opType === 'ConstantOfShape') return [target(contents(0))];
  if (node.opType === 'Range') return [range(contents(0), contents(1), contents(2))];
  if (first === undefined) return [];
  if (BROADCASTING.has(node.opType)) return opset < MULTIDIRECTIONAL ? [] : [broadcastAll(inputs)];
  if (REDUCING.test(node.opType)) return [reduce(node, first)];
  switch (node.opType) {
    case 'MatMul':
      return [second && multiply(first, second)];
    case 'Gather':
      return [second && gather(first, second, node.int('axis') ?? 0)];
    case 'Trilu':
      return [first];
    case 'Expand': {
      const wanted = target(contents(1));
      return [wanted && broadcast(first, wanted)];
    }
    case 'Split':
      return node.outputs.map(() => without(first, [node.int('axis') ?? 0]));
    case 'Slice':
      return [without(first, sliceAxes(node))];
    case 'Concat':
      return [without(first, node.int('axis') === undefined ? undefined : [node.int('axis') ?? 0])];
    case 'Pad':
      return [pad(node, first)];
    case 'Unsqueeze':
      return [unsqueeze(first, axesOf(node))];
    case 'Squeeze':
      return [squeeze(first, axesOf(node))];
    default:
      return [];
  }
}

/** A shape that is computed; runtimes read meaning into negative numbers of their own. */
function target(shape: Contents | undefined): Terms | undefined {
  return shape?.terms.map((term) => (typeof term === 'number' && term < 0 ? undefined : term));
}

/** As many steps of one as the limit says, from 0. */
function range(start?: Contents, limit?: Contents, step?: Contents): Terms {
  const isPlain = start?.terms[0] === 0 && step?.terms[0] === 1;
  const end = limit?.terms[0];
  return [isPlain && (typeof end !== 'number' || end >= 0) ? end : undefined];
}

function broadcastAll(inputs: readonly (Terms | undefined)[]): Terms | undefined {
  let result: Terms = [];
  for (const terms of inputs) {
    if (terms === undefined) return undefined;
    result = broadcast(result, terms);
  }
  return result;
}

/** An extent that is 1 gives way to the other; of others, equal ones stay, and a number that is not 1 wins. */
function broadcast(a: Terms, b: Terms): Terms {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = axis < rank - a.length ? 1 : a[axis - rank + a.length];
    const right = axis < rank - b.length ? 1 : b[axis - rank + b.length];
    if (left === 1) return right;
    if (right === 1 || isSameTerm(left, right)) return left;
    return [left, right].find((term) => typeof term === 'number');
  });
}

function multiply(a: Terms, b: Terms): Terms | undefined {
  if (a.length < 2 || b.length < 2) return undefined;
  return [...broadcast(a.slice(0, -2), b.slice(0, -2)), a.at(-2), b.at(-1)];
}

function gather(data: Terms, indices: Terms, axis: number): Terms {
  const place = axis < 0 ? axis + data.length : axis;
  return [...data.slice(0, place), ...indices, ...data.slice(place + 1)];
}

/** Axes that change lose their extent; all of them where it is not known which. */
function without(terms: Terms, axes: readonly number[] | undefined): Terms {
  const changed = axes?.map((axis) => (axis < 0 ? axis + terms.length : axis));
  return terms.map((term, axis) => (changed === undefined || changed.includes(axis) ? undefined : term));
}

function sliceAxes(node: Node): number[] | undefined {
  if (node.input(1) === undefined) {
    const starts = node.ints('starts');
    return node.ints('axes') ?? starts?.map((_, axis) => axis);
  }
  if (node.input(3) !== undefined) return constantIntegers(node.input(3));
  return constantIntegers(node.input(1))?.map((_, axis) => axis);
}

/** What is added at one end and taken away at the other leaves an axis as long as it was. */
function pad(node: Node, terms: Terms): Terms | undefined {
  const pads = node.ints('pads') ?? constantIntegers(node.input(1));
  const named = node.input(3) === undefined ? terms.map((_, axis) => axis) : constantIntegers(node.input(3));
  if (pads === undefined || named === undefined || pads.length !== 2 * named.length)
    return without(terms, undefined);
  const changed = named.filter((_, index) => (pads[index] ?? 0) + (pads[index + named.length] ?? 0) !== 0);
  return without(terms, changed);
}

function reduce(node: Node, terms: Terms): Terms | undefined {
  const axes = node.ints('axes') ?? constantIntegers(node.input(1));
  if (axes === undefined || axes.length === 0) return undefined;
  const reduced = new Set(axes.map((axis) => (axis < 0 ? axis + terms.length : axis)));
  if ((node.int('keepdims') ?? 1) === 0) return terms.filter((_, axis) => !reduced.has(axis));
  return terms.map((term, axis) => (reduced.has(axis) ? 1 : term));
}

function unsqueeze(terms: Terms, axes: readonly number[] | undefined): Terms | undefined {
  if (axes === undefined) return undefined;
  const rank = terms.length + axes.length;
  const added = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)));
  const rest = [...terms];
  return Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : rest.shift()));
}

function squeeze(terms: Terms, axes: readonly number[] | undefined): Terms | undefined {
  if (axes === undefined) return undefined;
  const removed = new Set(axes.map((axis) => (axis < 0 ? axis + terms.length : axis)));
  return terms.filter((_, axis) => !removed.has(axis));
}
