import {
  constantIntegers,
  constantScalar,
  constantTensor,
  isTensorType,
  type Node,
  type Tensor,
  type TypeTable,
  type Value,
} from '@sentei/ir';
import { axesOf } from '../identities/operands.ts';
import { type Extents, isSameTerm } from '../shapes/extents.ts';
import { isPlain, type Survey } from '../survey.ts';
import { findProduct, type Product } from './products.ts';

/** Types that ONNX Runtime pads on CUDA. */
export const SHIFTED_TYPES = ['float32', 'float16'] as const;

/** Batch, sequence, heads, width of a head. */
const RANK = 4;
export const HEADS_AXIS = 2;

/** `a · shifted(x) + (1 − a) · x` with x a projection in heads and a one sigmoid gate for each of them. */
export interface GatedShift {
  /** The node that adds the two. */
  readonly root: Node;
  /** All nodes from the products to the root, these included. */
  readonly nodes: readonly Node[];
  readonly projection: Product;
  readonly gate: Product;
  /** Added to the gate's logits, one number for each head. */
  readonly bias: Tensor | undefined;
  readonly heads: number;
  readonly width: number;
  /** Pads of all axes, before and after. */
  readonly pads: readonly number[];
}

/** The gated shift that ends in an Add, if nothing else reads what lies between. */
export function findGatedShift(
  root: Node,
  survey: Survey,
  extents: Extents,
  types: TypeTable,
): GatedShift | undefined {
  const [left, right] = root.inputs.map((input) => owned(input, [root], survey));
  if (!left || !right) return undefined;
  return (
    matchMix(root, left, right, survey, extents, types) ?? matchMix(root, right, left, survey, extents, types)
  );
}

/** `past` multiplies the shifted value by the gate, `present` the value itself by one minus the gate. */
function matchMix(
  root: Node,
  past: Node,
  present: Node,
  survey: Survey,
  extents: Extents,
  types: TypeTable,
): GatedShift | undefined {
  for (const [at, on] of PLACES) {
    const rest = owned(present.input(at), [present], survey);
    const x = present.input(1 - at);
    const pad = owned(past.input(1 - on), [past], survey);
    const a = past.input(on);
    if (!rest?.is('Sub') || constantScalar(rest.input(0)) !== 1 || rest.input(1) !== a) continue;
    if (!pad?.is('Pad') || pad.input(0) !== x || !x || !a) continue;
    const unsqueeze = owned(a, [past, rest], survey);
    const sigmoid = unsqueeze?.is('Unsqueeze') ? owned(unsqueeze.input(0), [unsqueeze], survey) : undefined;
    const reshape = owned(x, [pad, present], survey);
    if (!unsqueeze || !sigmoid?.is('Sigmoid') || !reshape?.is('Reshape')) continue;
    const logits = owned(sigmoid.input(0), [sigmoid], survey);
    const { bias, product } = biased(logits, survey);
    const gate = findProduct(product, survey);
    const projection = findProduct(owned(reshape.input(0), [reshape], survey), survey);
    const shape = headsOf(x, reshape.input(0), extents);
    const pads = padsOf(pad);
    if (!gate || !projection || gate.left !== projection.left || shape === undefined || pads === undefined)
      continue;
    if (!isLast(unsqueeze) || gate.tensor.dims[1] !== shape.heads || !isFloat(x, types)) continue;
    if (bias !== undefined && `${bias.dims}` !== `${shape.heads}`) continue;
    const inner = [root, past, present, rest, pad, unsqueeze, sigmoid, reshape, projection.node, gate.node];
    const nodes = logits === undefined || logits === gate.node ? inner : [...inner, logits];
    return { root, nodes, projection, gate, bias, ...shape, pads };
  }
  return undefined;
}

/** The product behind a sum with a constant vector, or the node itself. */
function biased(
  node: Node | undefined,
  survey: Survey,
): { bias: Tensor | undefined; product: Node | undefined } {
  for (const position of node?.is('Add') ? [0, 1] : []) {
    const bias = constantTensor(node?.input(position));
    if (node && bias?.dims.length === 1)
      return { bias, product: owned(node.input(1 - position), [node], survey) };
  }
  return { bias: undefined, product: node };
}

/** In which order the two products have their operands: the place of one minus the gate, and that of the gate. */
const PLACES = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
] as const;

/** The node behind a value that only `readers` read. */
function owned(value: Value | null | undefined, readers: readonly Node[], survey: Survey): Node | undefined {
  const node = value?.producer;
  if (!value || !node || !isPlain(node) || value.outputOf.size > 0 || survey.isPinned(value))
    return undefined;
  const isInner =
    node.graph === survey.model.graph && value.consumers().every((reader) => readers.includes(reader));
  return isInner && node.outputs.length === 1 ? node : undefined;
}

/** Heads and their width, where the Reshape splits nothing but the last axis. */
function headsOf(
  x: Value,
  columns: Value | undefined,
  extents: Extents,
): { heads: number; width: number } | undefined {
  const after = extents.shapeOf(x);
  const before = columns && extents.shapeOf(columns);
  const [heads, width] = after?.slice(HEADS_AXIS) ?? [];
  if (after?.length !== RANK || before?.length !== RANK - 1) return undefined;
  if (!isSameTerm(after[0], before[0]) || !isSameTerm(after[1], before[1])) return undefined;
  return typeof heads === 'number' && typeof width === 'number' ? { heads, width } : undefined;
}

/** Zeros come in along batch or sequence; the heads stay what they are. */
function padsOf(pad: Node): readonly number[] | undefined {
  const named = pad.input(3) === undefined ? undefined : constantIntegers(pad.input(3));
  const given = constantIntegers(pad.input(1));
  const fill = pad.input(2) === undefined ? 0 : constantScalar(pad.input(2));
  if (given === undefined || fill !== 0 || (pad.string('mode') ?? 'constant') !== 'constant')
    return undefined;
  if (pad.input(3) !== undefined && named === undefined) return undefined;
  const axes = named ?? [0, 1, 2, RANK - 1];
  if (given.length !== 2 * axes.length) return undefined;
  const pads = new Array<number>(2 * RANK).fill(0);
  for (const [index, axis] of axes.entries()) {
    const place = axis < 0 ? axis + RANK : axis;
    pads[place] = given[index] ?? 0;
    pads[place + RANK] = given[index + axes.length] ?? 0;
  }
  const isShift = pads.slice(0, RANK).every((before, axis) => {
    const after = pads[axis + RANK] ?? 0;
    return axis < HEADS_AXIS ? before + after === 0 : before === 0 && after === 0;
  });
  return isShift ? pads : undefined;
}

function isLast(unsqueeze: Node): boolean {
  const axes = axesOf(unsqueeze);
  return axes?.length === 1 && (axes[0] === -1 || axes[0] === RANK - 1);
}

function isFloat(value: Value, types: TypeTable): boolean {
  const type = types.typeOf(value);
  return isTensorType(type) && SHIFTED_TYPES.some((float) => float === type.elementType);
}
