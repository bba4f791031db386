import { inferTypes, Node, Tensor, type Value } from '@sentei/ir';
import { findGatedShift, type GatedShift, HEADS_AXIS, SHIFTED_TYPES } from './fusing/gated-shift.ts';
import { joinProducts, makeNode, orderByKind, type Product } from './fusing/products.ts';
import { makeConstant } from './make-constant.ts';
import { Extents } from './shapes/extents.ts';
import { isPlain, type Survey } from './survey.ts';
import type { Rule } from './types.ts';

/** The first opset whose Split and Unsqueeze take sizes and axes as inputs. */
const AXES_AS_INPUT = 13;

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
    const shift = findGatedShift(root, survey, extents, types);
    if (shift === undefined) continue;
    const { projection, gate, width, pads } = shift;
    const kind = `${projection.type} ${gate.type} ${shift.bias?.dataType}`;
    const key = `${width} ${pads} ${projection.tensor.dims[0]} ${kind}`;
    const byKind = found.get(projection.left) ?? new Map<string, GatedShift[]>();
    found.set(projection.left, byKind);
    const members = byKind.get(key);
    if (members === undefined) byKind.set(key, [shift]);
    else members.push(shift);
  }
  return [...found.values()].flatMap((byKind) => [...byKind.values()]).filter((shifts) => shifts.length > 1);
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
  const biases = ordered.flatMap(({ bias }) => bias ?? []);
  const biasType = SHIFTED_TYPES.find((type) => type === biases[0]?.dataType);
  const shifted =
    biasType === undefined
      ? logits
      : op('Add', [
          logits,
          makeConstant(
            place,
            Tensor.floats(
              biases.flatMap((bias) => [...bias.numbers()]),
              [total],
              biasType,
            ),
            survey,
          ),
        ]);
  const a = op('Unsqueeze', [op('Sigmoid', [shifted]), integers([-1])]);
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
    makeNode(graph, 'Split', [mixed, integers(heads)], { axis: BigInt(HEADS_AXIS) }, outputs),
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
