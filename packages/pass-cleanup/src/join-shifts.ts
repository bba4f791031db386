import {
  constantIntegers,
  constantScalar,
  inferTypes,
  isTensorType,
  Node,
  Tensor,
  type TypeTable,
  type Value,
} from '@sentei/ir';
import { findProduct, joinProducts, makeNode, orderByKind, type Product } from './fusing/products.ts';
import { axesOf } from './identities/operands.ts';
import { makeConstant } from './make-constant.ts';
import { Extents, isSameTerm } from './shapes/extents.ts';
import { isPlain, type Survey } from './survey.ts';
import type { Rule } from './types.ts';

/** The first opset whose Split and Unsqueeze take sizes and axes as inputs. */
const AXES_AS_INPUT = 13;

/** Batch, sequence, heads, width of a head. */
const RANK = 4;
const HEADS = 2;

/** `a · shifted(x) + (1 − a) · x` with x a projection in heads and a one sigmoid gate for each of them. */
interface GatedShift {
  /** The node that adds the two. */
  readonly root: Node;
  /** All nodes from the products to the root, these included. */
  readonly nodes: readonly Node[];
  readonly projection: Product;
  readonly gate: Product;
  readonly heads: number;
  readonly width: number;
  /** Pads of all axes, before and after. */
  readonly pads: readonly number[];
}

/**
 * The gated shifts of keys and of values (Forgetting Transformer, "Pro" block) are the same arithmetic on projections of the
 * same value: side by side they take half of the nodes. In float32 the mix becomes `x + a · (shifted(x) − x)`. Both forms are off
 * by some roundings of the larger of the two rows, since `1 − a` is no more exact than the sigmoid it comes from.
 */
export const joinShiftsRule: Rule = {
  id: 'join-shifts',
  description: 'Computes gated shifts of several projections of one value side by side.',
  find: (survey) =>
    groups(survey).map((shifts) => ({
      subject: shifts[0]?.root ?? '',
      apply: () => join(shifts, survey),
    })),
};

function groups(survey: Survey): GatedShift[][] {
  const { graph } = survey.model;
  if (survey.opset(graph) < AXES_AS_INPUT) return [];
  const candidates = [...graph.nodes()].filter((node) => node.is('Add') && isPlain(node));
  const roots = candidates.filter((node) => node.inputs.every((input) => input?.producer?.is('Mul')));
  if (roots.length < 2) return [];
  const types = inferTypes(survey.model);
  const extents = new Extents(survey, types);
  const found = new Map<Value, Map<string, GatedShift[]>>();
  for (const root of roots) {
    const shift = match(root, survey, extents, types);
    if (shift === undefined) continue;
    const { projection, gate, width, pads } = shift;
    const key = `${width} ${pads} ${projection.type} ${projection.tensor.dims[0]} ${gate.type}`;
    const byKind = found.get(projection.left) ?? new Map<string, GatedShift[]>();
    found.set(projection.left, byKind);
    const members = byKind.get(key);
    if (members === undefined) byKind.set(key, [shift]);
    else members.push(shift);
  }
  return [...found.values()].flatMap((byKind) => [...byKind.values()]).filter((shifts) => shifts.length > 1);
}

function match(root: Node, survey: Survey, extents: Extents, types: TypeTable): GatedShift | undefined {
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
    const gate = findProduct(owned(sigmoid.input(0), [sigmoid], survey), survey);
    const projection = findProduct(owned(reshape.input(0), [reshape], survey), survey);
    const shape = headsOf(x, reshape.input(0), extents);
    const pads = padsOf(pad);
    if (!gate || !projection || gate.left !== projection.left || shape === undefined || pads === undefined)
      continue;
    if (!isLast(unsqueeze) || gate.tensor.dims[1] !== shape.heads || !isFloat(x, types)) continue;
    const nodes = [root, past, present, rest, pad, unsqueeze, sigmoid, reshape, projection.node, gate.node];
    return { root, nodes, projection, gate, ...shape, pads };
  }
  return undefined;
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
  const [heads, width] = after?.slice(HEADS) ?? [];
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
    return axis < HEADS ? before + after === 0 : before === 0 && after === 0;
  });
  return isShift ? pads : undefined;
}

function isLast(unsqueeze: Node): boolean {
  const axes = axesOf(unsqueeze);
  return axes?.length === 1 && (axes[0] === -1 || axes[0] === RANK - 1);
}

function isFloat(value: Value, types: TypeTable): boolean {
  const type = types.typeOf(value);
  return isTensorType(type) && (type.elementType === 'float32' || type.elementType === 'float16');
}

function join(shifts: readonly GatedShift[], survey: Survey): boolean {
  const { graph } = survey.model;
  const [first] = shifts;
  if (!first || shifts.some(({ nodes }) => nodes.some((node) => node.graph !== graph))) return false;
  const ordered = sameOrder(shifts);
  if (ordered === undefined) return false;
  const outputs = ordered.map(({ root }) => root.outputs[0] as Value);
  const heads = ordered.map((shift) => shift.heads);
  const total = heads.reduce((sum, count) => sum + count, 0);
  const place = graph.insertBefore(first.projection.node, new Node('', [], []));
  for (const { nodes, projection, gate } of ordered)
    for (const node of nodes) if (node !== projection.node && node !== gate.node) graph.remove(node);
  const columns = joinProducts(
    ordered.map(({ projection }) => projection),
    place,
  );
  const logits = joinProducts(
    ordered.map(({ gate }) => gate),
    place,
  );
  const integers = (values: readonly number[]) => makeConstant(place, Tensor.int64(values), survey);
  const op = (opType: string, inputs: readonly Value[]) => {
    const output = graph.newValue(opType.toLowerCase());
    graph.insertBefore(place, makeNode(graph, opType, inputs, {}, [output]));
    return output;
  };
  const x = op('Reshape', [columns, integers([0, 0, total, first.width])]);
  const a = op('Unsqueeze', [op('Sigmoid', [logits]), integers([-1])]);
  const pad = graph.newValue('shifted');
  graph.insertBefore(
    place,
    new Node('Pad', [x, integers(first.pads)], [pad], {
      name: graph.newName('shift'),
    }),
  );
  const one = () => makeConstant(place, Tensor.floats([1], [], 'float16'), survey);
  // A difference of numbers in half precision may overflow where the numbers do not.
  const mixed =
    first.projection.type === 'float32'
      ? op('Add', [x, op('Mul', [a, op('Sub', [pad, x])])])
      : op('Add', [op('Mul', [a, pad]), op('Mul', [op('Sub', [one(), a]), x])]);
  graph.insertBefore(
    place,
    makeNode(graph, 'Split', [mixed, integers(heads)], { axis: BigInt(HEADS) }, outputs),
  );
  graph.remove(place);
  return true;
}

/** Projections and gates are joined by how their weights are stored: the order has to be the same for both. */
function sameOrder(shifts: readonly GatedShift[]): readonly GatedShift[] | undefined {
  const kind = ({ tensor, cast }: Product) => `${tensor.dataType} ${cast !== undefined}`;
  const [first] = shifts;
  const isUniform = shifts.every(
    ({ projection, gate }) =>
      first && kind(projection) === kind(first.projection) && kind(gate) === kind(first.gate),
  );
  return isUniform && orderByKind(shifts.map(({ gate }) => gate)).length === 1 ? shifts : undefined;
}
