import {
  constantIntegers,
  constantScalar,
  GraphBuilder,
  inferTypes,
  isTensorType,
  type Node,
  Tensor,
  type TypeTable,
  tensorType,
  type Value,
} from '@sentei/ir';
import { isPlain, plainNodes, type Survey } from './survey.ts';
import type { Rule } from './types.ts';

/** What a shifted tensor is gathered with: for each position its source, and whether a zero comes in. */
interface Positions {
  /** int64 [extent]. */
  readonly sources: Value;
  /** bool [extent]. */
  readonly isNew: Value;
}

interface Shift {
  readonly axis: number;
  readonly rank: number;
  readonly rows: number;
  readonly elementType: 'float32' | 'float16';
  /** Of the axis: a number or a name, where it is known. */
  readonly extent: number | string | undefined;
}

/**
 * A Pad that moves a tensor along an axis, with zeros coming in, as a Gather and a Where: the CUDA kernel of Pad takes 390 µs for
 * 16 MB on an H100, the two take 70. What says where to gather from is shared by all shifts along the same extent.
 */
export const gatherShiftsRule: Rule = {
  id: 'gather-shifts',
  description: 'Writes shifts along an axis as a Gather, which CUDA computes faster than a Pad.',
  find(survey) {
    const pads = [...plainNodes(survey.model)].filter((node) => node.is('Pad'));
    if (pads.length === 0) return [];
    const types = inferTypes(survey.model);
    const shared = new Map<string, Positions>();
    return pads.flatMap((node) => {
      const shift = matchShift(node, types, survey);
      return shift === undefined ? [] : [{ subject: node, apply: () => rewrite(node, shift, shared) }];
    });
  },
};

function matchShift(node: Node, types: TypeTable, survey: Survey): Shift | undefined {
  const { graph } = node;
  const [x, pads, fill] = node.inputs;
  const mode = node.string('mode') ?? 'constant';
  if (graph === null || !survey.holdsInitializers(graph) || !isPlain(node) || mode !== 'constant')
    return undefined;
  if (x === undefined || x === null) return undefined;
  const [type, shape] = [types.typeOf(x), types.shapeOf(x)];
  if (shape === undefined || shape === null || !isTensorType(type)) return undefined;
  const rank = shape.length;
  const { elementType } = type;
  if (elementType !== 'float32' && elementType !== 'float16') return undefined;
  if (fill && constantScalar(fill) !== 0) return undefined;
  const amounts = constantIntegers(pads);
  const given = node.inputs[3]
    ? constantIntegers(node.inputs[3])
    : Array.from({ length: rank }, (_, axis) => axis);
  const axes = given?.map((axis) => (axis < 0 ? axis + rank : axis));
  if (amounts === undefined || axes === undefined || amounts.length !== 2 * axes.length) return undefined;
  const moved = axes.filter((_, index) => amounts[index] !== 0 || amounts[index + axes.length] !== 0);
  const [axis] = moved;
  if (axis === undefined || moved.length !== 1) return undefined;
  const rows = amounts[axes.indexOf(axis)] ?? 0;
  if (rows <= 0 || amounts[axes.indexOf(axis) + axes.length] !== -rows) return undefined;
  return { axis, rank, rows, elementType, extent: shape[axis] ?? undefined };
}

function rewrite(
  node: Node,
  { axis, rank, rows, elementType, extent }: Shift,
  shared: Map<string, Positions>,
): boolean {
  const { graph } = node;
  const [[output], [x]] = [node.outputs, node.inputs];
  if (graph === null || output === undefined || !x) return false;
  const b = new GraphBuilder(graph, { before: node });
  // Extents that are not known may differ.
  const key = extent === undefined ? undefined : `${extent} by ${rows}`;
  const known = key === undefined ? undefined : shared.get(key);
  const positions = known ?? positionsOf(b, x, axis, rows);
  if (key !== undefined) shared.set(key, positions);
  const gathered = b.op('Gather', [x, positions.sources], { attributes: { axis: BigInt(axis) } });
  const after = Array.from({ length: rank - axis - 1 }, (_, index) => index + 1);
  const isNew = after.length === 0 ? positions.isNew : b.op('Unsqueeze', [positions.isNew, b.int64(after)]);
  const zero = b.constant(Tensor.floats([0], [], elementType));
  const result = b.op('Where', [isNew, zero, gathered], output.type ? { types: [output.type] } : {});
  graph.replace(output, result);
  graph.remove(node);
  return true;
}

function positionsOf(b: GraphBuilder, x: Value, axis: number, rows: number): Positions {
  const scalar = (value: number) => b.constant(Tensor.int64([value], []));
  const extent = b.op('Gather', [b.op('Shape', [x]), scalar(axis)], { types: [tensorType('int64', [])] });
  const range = b.op('Range', [scalar(0), extent, scalar(1)]);
  return {
    sources: b.op('Max', [b.op('Sub', [range, scalar(rows)]), scalar(0)]),
    isNew: b.op('Less', [range, scalar(rows)]),
  };
}
