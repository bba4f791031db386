import { constantIntegers, constantTensor, DATA_TYPES, type Node, type Shape, type Value } from '@sentei/ir';
import type { Survey } from '../survey.ts';
import { isLossless } from './lossless.ts';
import { axesOf, equalLists, normalizeAxes, permutationOf } from './operands.ts';

/** The first opset with the broadcasting of today, without the attributes `axis` and `broadcast`. */
const BROADCASTING = 7;
const FARTHEST = 2 ** 62;

type Finder = (node: Node, survey: Survey) => Value | undefined;

/** The value that the first output of a node always equals, bit by bit and in shape, where that can be proven. */
export function sameValue(node: Node, survey: Survey): Value | undefined {
  return FINDERS[node.opType]?.(node, survey);
}

const FINDERS: Readonly<Record<string, Finder>> = {
  Identity: (node) => node.input(0),
  Dropout: sameAfterDropout,
  Cast: sameAfterCast,
  CastLike: (node, survey) => {
    const type = survey.elementType(node.input(1));
    return type !== undefined && type === survey.elementType(node.input(0)) ? node.input(0) : undefined;
  },
  Transpose: sameAfterTranspose,
  Reshape: sameAfterReshape,
  Expand: sameAfterExpand,
  Slice: sameAfterSlice,
  Pad: (node) => {
    const pads = node.ints('pads') ?? constantIntegers(node.input(1));
    return pads?.every((pad) => pad === 0) ? node.input(0) : undefined;
  },
  Concat: onlyInput,
  Sum: onlyInput,
  Max: onlyInput,
  Min: onlyInput,
  Mean: onlyInput,
  Squeeze: (node, survey) => sameAfterPair(node, 'Unsqueeze', survey),
  Unsqueeze: (node, survey) => sameAfterPair(node, 'Squeeze', survey),
  Add: (node, survey) => neutral(node, survey, [0, 1], isAdditiveZero),
  Sub: (node, survey) => neutral(node, survey, [1], (value) => Object.is(value, 0)),
  Mul: (node, survey) => neutral(node, survey, [0, 1], (value) => value === 1),
  Div: (node, survey) => neutral(node, survey, [1], (value) => value === 1),
};

/** x + 0 turns -0 into +0, so for floats only -0 is neutral; x - 0 keeps both. */
function isAdditiveZero(value: number, isFloat: boolean): boolean {
  return Object.is(value, isFloat ? -0 : 0);
}

function onlyInput(node: Node): Value | undefined {
  return node.inputs.length === 1 ? node.input(0) : undefined;
}

function sameAfterDropout(node: Node, survey: Survey): Value | undefined {
  const masks = node.outputs.slice(1).filter((mask) => mask.name !== '');
  if (masks.some((mask) => mask.isUsed || survey.isPinned(mask))) return undefined;
  const opset = node.graph === null ? 0 : survey.opset(node.graph);
  const mode = node.input(2);
  const inference = opset < 7 ? node.int('is_test') === 1 : mode === undefined || isFalse(mode);
  return inference ? node.input(0) : undefined;
}

function isFalse(value: Value): boolean {
  const tensor = constantTensor(value);
  return tensor?.size === 1 && tensor.dataType === 'bool' && tensor.bytes()[0] === 0;
}

function sameAfterCast(node: Node, survey: Survey): Value | undefined {
  const to = node.int('to');
  if (to === undefined) return undefined;
  const input = node.input(0);
  const type = survey.elementType(input);
  if (type !== undefined && DATA_TYPES[type] === to) return input;
  const inner = input?.producer;
  if (!inner?.is('Cast') || inner.int('to') === undefined) return undefined;
  const source = survey.elementType(inner.input(0));
  const back = source !== undefined && DATA_TYPES[source] === to;
  return back && isLossless(source, inner.int('to')) ? inner.input(0) : undefined;
}

function sameAfterTranspose(node: Node, survey: Survey): Value | undefined {
  const outer = permutationOf(node, survey);
  if (outer?.every((axis, i) => axis === i)) return node.input(0);
  const inner = node.input(0)?.producer;
  if (outer === undefined || !inner?.is('Transpose')) return undefined;
  const first = permutationOf(inner, survey);
  return first && outer.every((axis, i) => first[axis] === i) ? inner.input(0) : undefined;
}

function sameAfterReshape(node: Node, survey: Survey): Value | undefined {
  const [input, target] = [node.input(0), node.input(1)];
  if (readsShapeOf(target, input)) return input;
  const wanted = node.ints('shape') ?? constantIntegers(target);
  const shape = survey.shape(input);
  if (wanted === undefined || shape?.length !== wanted.length) return undefined;
  const copies = node.int('allowzero') !== 1;
  const open = wanted.filter((dim) => dim === -1).length;
  const same = wanted.every((dim, i) => dim === -1 || dim === shape[i] || (dim === 0 && copies));
  // A dimension left open is what remains, which says nothing when others are zero.
  const decided = open === 0 || (open === 1 && wanted.every((dim, i) => dim !== 0 || shape[i] !== 0));
  return same && decided ? input : undefined;
}

function sameAfterExpand(node: Node, survey: Survey): Value | undefined {
  const [input, target] = [node.input(0), node.input(1)];
  if (readsShapeOf(target, input)) return input;
  const wanted = constantIntegers(target);
  const shape = survey.shape(input);
  return wanted !== undefined && shape !== undefined && broadcastsInto(wanted, shape) ? input : undefined;
}

/** Whether broadcasting `dims` onto `shape` gives `shape` whatever its unknown dimensions are. */
function broadcastsInto(dims: readonly number[], shape: Shape): boolean {
  const offset = shape.length - dims.length;
  return offset >= 0 && dims.every((dim, i) => dim === 1 || dim === shape[offset + i]);
}

function readsShapeOf(target: Value | undefined, input: Value | undefined): boolean {
  const node = target?.producer;
  if (!node?.is('Shape') || input === undefined || node.input(0) !== input) return false;
  return (node.int('start') ?? 0) === 0 && !node.attributes.has('end');
}

function sameAfterSlice(node: Node, survey: Survey): Value | undefined {
  const starts = node.ints('starts') ?? constantIntegers(node.input(1));
  const ends = node.ints('ends') ?? constantIntegers(node.input(2));
  const steps = node.input(4) === undefined ? [] : constantIntegers(node.input(4));
  if (!starts?.every((start) => start === 0) || ends === undefined || !steps?.every((step) => step === 1))
    return undefined;
  const axes = node.ints('axes') ?? (node.input(3) ? constantIntegers(node.input(3)) : ends.map((_, i) => i));
  const shape = survey.shape(node.input(0));
  const whole = ends.every((end, i) => {
    const axis = axes?.[i];
    if (axis === undefined) return false;
    const extent = shape?.[axis < 0 ? axis + shape.length : axis];
    return end >= FARTHEST || (typeof extent === 'number' && end >= extent);
  });
  return whole ? node.input(0) : undefined;
}

/** Squeeze after Unsqueeze of the same axes, or the other way round. */
function sameAfterPair(node: Node, opposite: string, survey: Survey): Value | undefined {
  const inner = node.input(0)?.producer;
  if (!inner?.is(opposite)) return undefined;
  const [outerAxes, innerAxes] = [axesOf(node), axesOf(inner)];
  if (outerAxes === undefined || innerAxes === undefined) return undefined;
  if (equalLists(outerAxes, innerAxes)) return inner.input(0);
  // The axes of an Unsqueeze count in its output, those of a Squeeze in its input.
  const unsqueezed = opposite === 'Unsqueeze' ? node.input(0) : inner.input(0);
  const outerRank = survey.shape(unsqueezed)?.length;
  const [a, b] = [normalizeAxes(outerAxes, outerRank), normalizeAxes(innerAxes, outerRank)];
  return a && b && equalLists(a, b) ? inner.input(0) : undefined;
}

/** The other operand of arithmetic with a constant that changes neither numbers nor shape. */
function neutral(
  node: Node,
  survey: Survey,
  positions: readonly number[],
  isNeutral: (value: number, isFloat: boolean) => boolean,
): Value | undefined {
  if (node.graph === null || survey.opset(node.graph) < BROADCASTING) return undefined;
  for (const position of positions) {
    const tensor = constantTensor(node.input(position));
    const other = node.input(1 - position);
    if (tensor === undefined || tensor.size !== 1 || other === undefined) continue;
    if (!tensor.isFloat && !/^u?int(8|16|32|64)$/.test(tensor.dataType)) continue;
    const rank = survey.shape(other)?.length;
    const keepsShape = tensor.dims.length === 0 || (rank !== undefined && tensor.dims.length <= rank);
    const [value] = keepsShape ? tensor.numbers() : [];
    if (value !== undefined && isNeutral(value, tensor.isFloat)) return other;
  }
  return undefined;
}
