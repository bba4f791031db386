import {
  constantIntegers,
  constantScalar,
  type DataType,
  inferTypes,
  type Node,
  Tensor,
  type TypeTable,
  type Value,
} from '@sentei/ir';
import { axesOf } from './identities/operands.ts';
import { makeConstant } from './make-constant.ts';
import { isPlain, plainNodes, type Survey } from './survey.ts';
import type { Rule } from './types.ts';

/** Ends of a Slice that no axis reaches. */
const FARTHEST = 2 ** 62;

/** The first opset whose Pad takes its pads as an input, and the first that lets them name their axes. */
const PADS_AS_INPUT = 11;
const PADS_BY_AXIS = 18;

/** Types that ONNX Runtime pads on every provider. */
const PADDED: readonly (DataType | undefined)[] = ['float32', 'float64'];

interface Shift {
  readonly x: Value;
  readonly axis: number;
  /** Rows of zeros put before, or after where negative; as many fall off at the other end. */
  readonly rows: number;
}

/**
 * A tensor moved along an axis with zeros coming in, written as a Concat of zeros in the shape of one Slice and another
 * Slice. A Pad with a negative pad at the other end does the same: five nodes become one.
 */
export const mergeShiftsRule: Rule = {
  id: 'merge-shifts',
  description: 'Writes shifts along an axis, such as key and value shifts, as one Pad.',
  find(survey) {
    const rankOf = findRanks(survey);
    return [...plainNodes(survey.model)]
      .filter((node) => plan(node, survey, rankOf) !== undefined)
      .map((node) => ({ subject: node, apply: () => rewrite(node, survey, rankOf) }));
  },
};

/** Merges shifts and returns how many there were. */
export function mergeShifts(survey: Survey): number {
  return mergeShiftsRule.find(survey).filter((found) => found.apply()).length;
}

type RankOf = (value: Value | undefined) => number | undefined;

/** Ranks as the model declares them, else as they are inferred, which is done once and only where it is asked for. */
function findRanks(survey: Survey): RankOf {
  let types: TypeTable | undefined;
  return (value) => {
    const declared = survey.shape(value);
    if (declared !== undefined || value === undefined) return declared?.length;
    types ??= inferTypes(survey.model);
    return types.shapeOf(value)?.length;
  };
}

function rewrite(node: Node, survey: Survey, rankOf: RankOf): boolean {
  const change = plan(node, survey, rankOf);
  change?.();
  return change !== undefined;
}

function plan(node: Node, survey: Survey, rankOf: RankOf): (() => void) | undefined {
  if (node.graph === null || survey.opset(node.graph) < PADS_AS_INPUT) return undefined;
  const shift = findShift(node, survey);
  const pads = shift && padsOf(shift, node, survey, rankOf);
  if (shift === undefined || pads === undefined) return undefined;
  return () => {
    const constants = pads.map((integers) => integers && makeConstant(node, Tensor.int64(integers), survey));
    node.opType = 'Pad';
    node.setAttribute('axis', undefined);
    node.setInputs([shift.x, ...constants.map((constant) => constant ?? null)]);
  };
}

/**
 * The inputs of the Pad after the first: pads, no value, and the axis where the rank is not known and the opset lets pads name
 * it. ONNX Runtime 1.30 moves Transposes through a Pad and takes such pads for those of all axes then.
 */
function padsOf(
  { x, axis, rows }: Shift,
  node: Node,
  survey: Survey,
  rankOf: RankOf,
): (number[] | null)[] | undefined {
  const opset = node.graph === null ? 0 : survey.opset(node.graph);
  const rank = rankOf(x) ?? rankOf(node.outputs[0]);
  if (rank === undefined) return opset >= PADS_BY_AXIS ? [[rows, -rows], null, [axis]] : undefined;
  const place = axis < 0 ? axis + rank : axis;
  if (place < 0 || place >= rank) return undefined;
  const pads = Array.from({ length: 2 * rank }, () => 0);
  pads[place] = rows;
  pads[rank + place] = -rows;
  return [pads];
}

function findShift(concat: Node, survey: Survey): Shift | undefined {
  const axis = concat.int('axis');
  const [first, second] = concat.inputs;
  if (!concat.is('Concat') || concat.inputs.length !== 2 || axis === undefined || !first || !second)
    return undefined;
  return matchShift(first, second, axis, 1, survey) ?? matchShift(second, first, axis, -1, survey);
}

/** `zeros` take the place of the rows that `rest` lacks: `k` rows of the same tensor, at the end or the start. */
function matchShift(
  zeros: Value,
  rest: Value,
  axis: number,
  sign: 1 | -1,
  survey: Survey,
): Shift | undefined {
  const kept = sliceOf(rest, axis);
  const filled = zerosInShapeOf(zeros);
  const dropped = filled && sliceOf(filled.shaped, axis);
  if (!kept || !filled || !dropped || kept.x !== dropped.x) return undefined;
  if (!PADDED.includes(filled.type) || survey.isPinned(zeros) || survey.isPinned(rest)) return undefined;
  const isHead = dropped.start === 0 && dropped.end > 0 && dropped.end < FARTHEST;
  const isTail = dropped.start < 0 && dropped.end >= FARTHEST;
  const rows = isHead ? dropped.end : isTail ? -dropped.start : 0;
  const matches =
    sign === 1 ? kept.start === 0 && kept.end === -rows : kept.start === rows && kept.end >= FARTHEST;
  return rows > 0 && matches ? { x: kept.x, axis, rows: sign * rows } : undefined;
}

interface AxisSlice {
  readonly x: Value;
  readonly start: number;
  readonly end: number;
}

/** A Slice with step one along one axis. */
function sliceOf(value: Value, axis: number): AxisSlice | undefined {
  const node = value.producer;
  const x = node?.input(0);
  if (!node?.is('Slice') || !isPlain(node) || x === undefined) return undefined;
  const starts = constantIntegers(node.input(1));
  const ends = constantIntegers(node.input(2));
  const steps = node.input(4) === undefined ? [1] : constantIntegers(node.input(4));
  const axes = node.input(3) === undefined ? [0] : axesOf(node, 3);
  if (starts?.length !== 1 || ends?.length !== 1 || steps?.[0] !== 1 || axes?.[0] !== axis) return undefined;
  return { x, start: starts[0] ?? 0, end: ends[0] ?? 0 };
}

/** Zeros that take their shape from another value: Expand or ConstantOfShape of its Shape. */
function zerosInShapeOf(value: Value): { readonly shaped: Value; readonly type: DataType } | undefined {
  const node = value.producer;
  if (!node || !isPlain(node) || !node.is('Expand', 'ConstantOfShape')) return undefined;
  const shape = node.input(node.is('Expand') ? 1 : 0)?.producer;
  const shaped = shape?.input(0);
  const partial = (shape?.int('start') ?? 0) !== 0 || (shape?.attributes.has('end') ?? false);
  if (!shape?.is('Shape') || !isPlain(shape) || shaped === undefined || partial) return undefined;
  if (node.is('Expand')) {
    const fill = node.input(0);
    const isZero = Object.is(constantScalar(fill), 0);
    const type = fill?.tensor?.dataType ?? fill?.producer?.tensor('value')?.dataType;
    return isZero && type !== undefined ? { shaped, type } : undefined;
  }
  const fill = node.tensor('value');
  const isZero = fill === undefined || (fill.size === 1 && fill.isFloat && Object.is(fill.numbers()[0], 0));
  return isZero ? { shaped, type: fill?.dataType ?? 'float32' } : undefined;
}
