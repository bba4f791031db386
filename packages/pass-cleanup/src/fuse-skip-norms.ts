import { findNorms, type Norm } from '@sentei/anatomy';
import {
  constantTensor,
  type Dimension,
  inferTypes,
  isTensorType,
  type Node,
  type TypeTable,
  toAttribute,
  Value,
} from '@sentei/ir';
import { importMicrosoft, MICROSOFT } from './fusing/import-domain.ts';
import { refuteKernel, type Target } from './fusing/kernels.ts';
import { Refusals } from './fusing/refusals.ts';
import { Extents, isSameTerm, type Term } from './shapes/extents.ts';
import { isPlain, plainNodes, type Survey } from './survey.ts';
import type { Rule } from './types.ts';

/** Norms of one node that have a form which adds first. */
const PLAIN_NORMS = ['LayerNormalization', 'RMSNormalization', 'SimplifiedLayerNormalization'];

/** The position of the sum among the outputs of the skip norms; mean and deviation come before it. */
const SUM_OUTPUT = 3;

interface Fusion {
  readonly root: Node;
  readonly norm: Norm;
  readonly scale: Value;
  readonly add: Node;
  readonly input: Value;
  readonly skip: Value;
  /** A vector added to one of the two first, and the Add that does it. */
  readonly bias: { readonly value: Value; readonly add: Node } | undefined;
}

interface Facts {
  readonly survey: Survey;
  readonly types: TypeTable;
  readonly extents: Extents;
  readonly target: Target;
}

/**
 * A residual sum and the norm after it become one operator, which returns the sum as well: it is read once instead of twice.
 * Both operands must be known to have the same shape in every run: the runtime does not check it, and would return a sum with
 * the shape of the first.
 */
export function createFuseSkipNormsRule(target: Target): Rule {
  const refusals = new Refusals('fuse-skip-norms');
  return {
    id: 'fuse-skip-norms',
    description: 'Puts a residual sum and the norm after it into one operator.',
    prepare: async (survey) => {
      plans(survey, target, refusals);
      return refusals.take();
    },
    find: (survey) =>
      plans(survey, target).map((fusion) => ({
        subject: fusion.root,
        apply: () => fuse(fusion, survey),
      })),
  };
}

function plans(survey: Survey, target: Target, refusals?: Refusals): Fusion[] {
  const fused = [...plainNodes(survey.model)].some((node) => node.is(...PLAIN_NORMS));
  if (!fused) return [];
  const types = inferTypes(survey.model);
  const extents = new Extents(survey, types);
  const taken = new Set<Node>();
  return findNorms(survey.model.graph).flatMap((norm) => {
    const [root] = norm.nodes;
    const add = norm.input.producer;
    if (!root?.is(...PLAIN_NORMS) || norm.nodes.length > 1 || !add?.is('Add') || taken.has(add)) return [];
    const fusion = plan(norm, root, add, { survey, types, extents, target });
    if (typeof fusion === 'string') {
      refusals?.note(root, fusion);
      return [];
    }
    taken.add(add);
    return [fusion];
  });
}

function plan(norm: Norm, root: Node, add: Node, { survey, types, extents, target }: Facts): Fusion | string {
  const { scale } = norm;
  const [left, right, sum] = [add.input(0), add.input(1), add.output(0)];
  if (!isPlain(add) || !isPlain(root) || add.graph === null || add.graph !== root.graph)
    return 'the sum before it is computed elsewhere';
  if (
    !left ||
    !right ||
    !sum ||
    !scale ||
    root.outputs.some((output, index) => index > 0 && output.name !== '')
  )
    return 'something reads its mean or deviation';
  if (norm.axes.length !== 1 || norm.axes[0] !== -1)
    return `it is taken over axes [${norm.axes}], not the last one`;
  const shape = types.shapeOf(sum);
  if (shape?.length !== 2 && shape?.length !== 3)
    return `the sum has ${shape?.length ?? 'unknown'} axes, not 2 or 3`;
  const type = types.typeOf(sum);
  const element = isTensorType(type) && type.elementType !== 'undefined' ? type.elementType : undefined;
  if (!isSameShape(extents.shapeOf(left), extents.shapeOf(right)))
    return 'the operands of the sum are not known to have the same shape';
  const [width] = shape.slice(-1);
  for (const value of [scale, norm.bias]) {
    const own = value && types.typeOf(value);
    if (
      value === undefined ||
      (isTensorType(own) && `${own.shape}` === `${width}` && own.elementType === element)
    )
      continue;
    return `${value.name} has not the type and the extent of the axis`;
  }
  const outside = [scale, norm.bias].find((value) => value && isLate(value, add));
  if (outside !== undefined) return `${outside.name} is computed after the sum`;
  const reason = refuteKernel(skipOperator(norm), MICROSOFT, element, target);
  if (reason !== undefined) return reason;
  const biased = [left, right]
    .map((operand) => biasedOperand(operand, add, survey, width))
    .find((found) => found && isSameShape(extents.shapeOf(found.input), extents.shapeOf(found.operand)));
  const other = biased?.operand === left ? right : left;
  return biased === undefined
    ? { root, norm, scale, add, input: left, skip: right, bias: undefined }
    : { root, norm, scale, add, input: biased.input, skip: other, bias: biased.bias };
}

function skipOperator({ kind }: Norm): string {
  return kind === 'layer' ? 'SkipLayerNormalization' : 'SkipSimplifiedLayerNormalization';
}

function isSameShape(a: readonly Term[] | undefined, b: readonly Term[] | undefined): boolean {
  return a !== undefined && a.length === b?.length && a.every((term, axis) => isSameTerm(term, b[axis]));
}

/** Whether a gain or bias may be computed after `node`: only initializers, inputs and what a Cast makes of them can be moved. */
function isLate({ producer }: Value, node: Node): boolean {
  if (producer === null) return false;
  const source = producer.input(0);
  return producer.graph !== node.graph || !producer.is('Cast') || !source || source.producer !== null;
}

/** The vector that `operand` had added to it, as projections with a bias do. */
function biasedOperand(
  operand: Value,
  reader: Node,
  survey: Survey,
  width: Dimension | undefined,
): { operand: Value; input: Value; bias: NonNullable<Fusion['bias']> } | undefined {
  const add = operand.producer;
  if (!add?.is('Add') || !isPlain(add) || add.graph !== reader.graph) return undefined;
  if (operand.soleConsumer() !== reader || survey.isPinned(operand)) return undefined;
  for (const position of [0, 1]) {
    const [value, input] = [add.input(position), add.input(1 - position)];
    const dims = constantTensor(value)?.dims;
    if (value && input && dims?.length === 1 && dims[0] === width && value.producer === null)
      return { operand, input, bias: { value, add } };
  }
  return undefined;
}

function fuse({ root, norm, scale, add, input, skip, bias }: Fusion, survey: Survey): boolean {
  const { graph } = add;
  const sum = add.output(0);
  if (graph === null || sum === undefined || root.graph !== graph || root.input(0) !== sum) return false;
  for (const value of [scale, norm.bias]) {
    const cast = value?.producer;
    if (!cast) continue;
    graph.unlink(cast);
    graph.insertBefore(add, cast);
  }
  const opType = skipOperator(norm);
  const isShared = sum.outputOf.size > 0 || sum.uses.size > 1 || survey.isPinned(sum);
  graph.unlink(root);
  graph.insertBefore(add, root);
  graph.remove(add);
  if (bias !== undefined) graph.remove(bias.add);
  for (const name of [...root.attributes.keys()]) root.setAttribute(name, undefined);
  root.opType = opType;
  root.domain = MICROSOFT;
  const beta = norm.kind === 'layer' ? [norm.bias ?? null] : [];
  const inputs = [input, skip, scale, ...beta, bias?.value ?? null];
  while (inputs.at(-1) === null) inputs.pop();
  root.setInputs(inputs);
  root.setAttribute('epsilon', toAttribute(norm.epsilon));
  const unnamed = Array.from({ length: SUM_OUTPUT - 1 }, () => new Value(''));
  root.setOutputs(isShared ? [norm.output, ...unnamed, sum] : [norm.output]);
  importMicrosoft(survey.model);
  return true;
}
