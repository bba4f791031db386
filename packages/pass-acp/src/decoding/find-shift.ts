import { constantScalar, constantTensor, type Node, type TypeTable, type Value } from '@sentei/ir';

/** output[t] = input[t − rows] along an axis, zeros before the start: a key or value shift. */
export interface Shift {
  readonly input: Value;
  readonly output: Value;
  /** Counted from the start or, negative, from the end. */
  readonly axis: number;
  /** At least 1. */
  readonly rows: number;
}

/**
 * Recognises a shift towards the future by the node that ends it: a Pad that takes off at the end what it puts before, a Pad
 * before or after a Slice that takes it off, or a Concat of zeros and such a Slice.
 */
export function findShift(node: Node, types: TypeTable): Shift | undefined {
  const output = node.output(0);
  if (output === undefined) return undefined;
  const found = node.is('Concat')
    ? concatenated(node, types)
    : node.is('Pad')
      ? padded(node, types)
      : cutAfterPad(node, types);
  return found && found.rows > 0 ? { ...found, output } : undefined;
}

type Found = Omit<Shift, 'output'>;

/** Concat(zeros of k rows, Slice(x, 0, −k)). */
function concatenated(node: Node, types: TypeTable): Found | undefined {
  const axis = node.int('axis');
  const [zeros, rest] = [node.input(0), node.input(1)];
  if (node.inputs.length !== 2 || axis === undefined || !zeros || !rest) return undefined;
  const kept = sliceOf(rest, types);
  if (kept === undefined || kept.axis !== axis || kept.start !== 0 || kept.end >= 0) return undefined;
  return isZeros(zeros) && types.shapeOf(zeros)?.at(axis) === -kept.end
    ? { input: kept.input, axis, rows: -kept.end }
    : undefined;
}

/** Pad(x, k before, −k after), or Pad(Slice(x, 0, −k), k before). */
function padded(node: Node, types: TypeTable): Found | undefined {
  const pads = padsOf(node, types);
  const input = node.input(0);
  if (pads === undefined || input === undefined) return undefined;
  const { axis, before, after } = pads;
  if (after === -before) return { input, axis, rows: before };
  const kept = after === 0 ? sliceOf(input, types) : undefined;
  const matches = kept?.axis === axis && kept.start === 0 && kept.end === -before;
  return kept && matches ? { input: kept.input, axis, rows: before } : undefined;
}

/** Slice(Pad(x, k before), 0, −k). */
function cutAfterPad(node: Node, types: TypeTable): Found | undefined {
  const cut = node.is('Slice') ? sliceOf(node.output(0), types) : undefined;
  const pad = cut?.input.producer?.is('Pad') ? cut.input.producer : undefined;
  const [pads, input] = [pad && padsOf(pad, types), pad?.input(0)];
  if (cut === undefined || pads === undefined || input === undefined) return undefined;
  const matches = pads.axis === cut.axis && pads.after === 0 && cut.start === 0 && cut.end === -pads.before;
  return matches ? { input, axis: cut.axis, rows: pads.before } : undefined;
}

/** Pads of one axis with zeros. */
function padsOf(node: Node, types: TypeTable): { axis: number; before: number; after: number } | undefined {
  const mode = node.string('mode') ?? 'constant';
  const fill = node.input(2);
  if (mode !== 'constant' || (fill !== undefined && constantScalar(fill) !== 0)) return undefined;
  const pads = integersOf(types, node.input(1));
  const axes = node.input(3) === undefined ? undefined : integersOf(types, node.input(3));
  if (pads === undefined || (node.input(3) !== undefined && axes === undefined)) return undefined;
  const count = pads.length / 2;
  const places = axes ?? Array.from({ length: count }, (_, index) => index);
  const padding = places
    .map((axis, index) => ({ axis, before: pads[index] ?? 0, after: pads[count + index] ?? 0 }))
    .filter(({ before, after }) => before !== 0 || after !== 0);
  return padding.length === 1 ? padding[0] : undefined;
}

interface AxisSlice {
  readonly input: Value;
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

/** A Slice with step one along one axis. */
function sliceOf(value: Value | undefined, types: TypeTable): AxisSlice | undefined {
  const node = value?.producer;
  const input = node?.input(0);
  if (!node?.is('Slice') || input === undefined) return undefined;
  const [starts, ends] = [integersOf(types, node.input(1)), integersOf(types, node.input(2))];
  const axes = node.input(3) === undefined ? [0] : integersOf(types, node.input(3));
  const steps = node.input(4) === undefined ? [1] : integersOf(types, node.input(4));
  const [start, end, axis] = [starts?.[0], ends?.[0], axes?.[0]];
  if (starts?.length !== 1 || steps?.[0] !== 1 || start === undefined || end === undefined) return undefined;
  return axis === undefined ? undefined : { input, axis, start, end };
}

/** Zeros in whatever shape: a constant, or one number expanded. */
function isZeros(value: Value): boolean {
  const node = value.producer;
  if (node?.is('Identity', 'Cast', 'Expand')) {
    const source = node.input(0);
    return source !== undefined && isZeros(source);
  }
  if (node?.is('ConstantOfShape')) {
    const fill = node.tensor('value');
    return fill === undefined || fill.numbers().every((number) => number === 0);
  }
  const tensor = constantTensor(value);
  return (
    tensor?.isFloat === true && tensor.size <= 65_536 && tensor.numbers().every((number) => number === 0)
  );
}

/** Integers that are the same in every run; exporters compute pads from parts. */
function integersOf(types: TypeTable, value: Value | undefined): number[] | undefined {
  const integers = value && types.integersOf(value);
  const isKnown = integers?.every((each) => typeof each === 'number');
  return isKnown ? (integers as number[]) : undefined;
}
