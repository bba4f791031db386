import { findNorms, type Norm } from '@sentei/anatomy';
import {
  constantTensor,
  type DataType,
  inferTypes,
  isTensorType,
  type Node,
  type Shape,
  Tensor,
  type TypeTable,
  toAttribute,
  type Value,
} from '@sentei/ir';
import { refuteKernel, type Target } from './fusing/kernels.ts';
import { Refusals } from './fusing/refusals.ts';
import { makeConstant } from './make-constant.ts';
import { isPlain, type Survey } from './survey.ts';
import type { Rule } from './types.ts';

/** The opsets that brought the norms into the standard. */
const LAYER_NORM = 17;
const RMS_NORM = 23;

const FLOATS = ['float32', 'float16', 'bfloat16'] as const;

interface Fusion {
  readonly norm: Norm;
  readonly opType: string;
  /** Gain in the type of the input; `undefined` for one of ones. */
  readonly scale: Value | undefined;
  readonly bias: Value | undefined;
  readonly type: (typeof FLOATS)[number];
  readonly extents: readonly number[];
  readonly outputType: Value['type'];
}

/**
 * RMSNorm and LayerNorm written out become one operator: LayerNormalization and RMSNormalization where the model's opset has
 * them, else ONNX Runtime's SimplifiedLayerNormalization.
 */
export function createFuseNormsRule(target: Target): Rule {
  const refusals = new Refusals('fuse-norms');
  return {
    id: 'fuse-norms',
    description: 'Puts the nodes of a decomposed norm into one operator.',
    prepare: async (survey) => {
      plans(survey, target, refusals);
      return refusals.take();
    },
    find: (survey) =>
      plans(survey, target).map((fusion) => ({
        subject: fusion.norm.nodes.at(-1) as Node,
        apply: () => fuse(fusion, survey),
      })),
  };
}

function plans(survey: Survey, target: Target, refusals?: Refusals): Fusion[] {
  const norms = findNorms(survey.model.graph).filter(({ nodes }) => nodes.length > 1);
  if (norms.length === 0) return [];
  const types = inferTypes(survey.model);
  return norms.flatMap((norm) => {
    const fusion = plan(norm, survey, types, target);
    if (typeof fusion !== 'string') return [fusion];
    if (norm.output.producer) refusals?.note(norm.output.producer, fusion);
    return [];
  });
}

/** What to write, or why not. */
function plan(norm: Norm, survey: Survey, types: TypeTable, target: Target): Fusion | string {
  const { kind, input, output, nodes } = norm;
  const root = output.producer;
  if (!root?.graph || nodes.some((node) => node.graph !== root.graph || !isPlain(node)))
    return 'its nodes are not in one graph';
  const leak = leakOf(norm, survey);
  if (leak !== undefined) return `something else reads ${leak.name}, which is a part of it`;
  const count = norm.axes.length;
  if (norm.axes.some((axis, index) => axis !== index - count))
    return `it is taken over axes [${norm.axes}], not the last ones`;
  const type = FLOATS.find((float) => float === elementType(types, input));
  if (type === undefined) return `its input is of type ${elementType(types, input) ?? 'unknown'}`;
  if (elementType(types, output) !== type) return `it returns another type than its input, ${type}`;
  if (kind === 'rms' && norm.bias !== undefined) return 'an RMSNorm with a bias is no operator';
  const extents = lastExtents(types.shapeOf(input), count);
  if (extents === undefined) return 'the extents of its axes are not known';
  const [scale, bias] = [
    parameter(norm.scale, type, extents, types),
    parameter(norm.bias, type, extents, types),
  ];
  if (typeof scale === 'string') return `its gain ${scale}`;
  if (typeof bias === 'string') return `its bias ${bias}`;
  const opset = survey.opset(root.graph);
  if (kind === 'layer' && opset < LAYER_NORM)
    return `opset ${opset} has no LayerNormalization, which came with ${LAYER_NORM}`;
  const rms = opset >= RMS_NORM ? 'RMSNormalization' : 'SimplifiedLayerNormalization';
  const opType = kind === 'layer' ? 'LayerNormalization' : rms;
  const outputType = types.typeOf(output);
  return refuteKernel(opType, '', type, target) ?? { norm, opType, scale, bias, type, extents, outputType };
}

/** A value inside the norm that something outside of it reads or mentions. */
function leakOf({ nodes, output }: Norm, survey: Survey): Value | undefined {
  const inside = new Set(nodes);
  return nodes
    .flatMap((node) => node.outputs)
    .find(
      (value) =>
        value !== output &&
        (value.outputOf.size > 0 ||
          survey.isPinned(value) ||
          value.consumers().some((node) => !inside.has(node))),
    );
}

function lastExtents(shape: Shape | undefined, count: number): number[] | undefined {
  if (shape === undefined || shape.length < count) return undefined;
  const extents = shape.slice(shape.length - count);
  return extents.every((extent) => typeof extent === 'number' && extent > 0)
    ? (extents as number[])
    : undefined;
}

/** A gain or bias in the type of the input: as it stands, or what a Cast widened. A string says why there is none. */
function parameter(
  value: Value | undefined,
  type: DataType,
  extents: readonly number[],
  types: TypeTable,
): Value | undefined | string {
  if (value === undefined) return undefined;
  const shape = constantTensor(value)?.dims ?? types.shapeOf(value);
  if (shape?.length !== extents.length || shape.some((dim, axis) => dim !== extents[axis]))
    return `has the shape [${shape ?? '?'}], not that of the axes, [${extents}]`;
  if (elementType(types, value) === type) return value;
  const source = value.producer?.is('Cast') ? value.producer.input(0) : undefined;
  return source !== undefined && elementType(types, source) === type
    ? source
    : `is of type ${elementType(types, value) ?? 'unknown'}, not ${type}`;
}

function elementType(types: TypeTable, value: Value): DataType | undefined {
  const type = types.typeOf(value);
  const element = isTensorType(type) ? type.elementType : undefined;
  return element === 'undefined' ? undefined : element;
}

function fuse({ norm, opType, scale, bias, type, extents, outputType }: Fusion, survey: Survey): boolean {
  const root = norm.output.producer;
  if (!root?.graph || norm.nodes.some(({ graph }) => graph !== root.graph)) return false;
  const size = extents.reduce((product, extent) => product * extent, 1);
  const gain = scale ?? makeConstant(root, Tensor.floats(new Array(size).fill(1), extents, type), survey);
  const replaced = norm.nodes.filter((node) => node !== root);
  for (const name of [...root.attributes.keys()]) root.setAttribute(name, undefined);
  root.opType = opType;
  root.setInputs([norm.input, gain, ...(bias === undefined ? [] : [bias])]);
  root.setAttribute('axis', toAttribute(BigInt(-norm.axes.length)));
  root.setAttribute('epsilon', toAttribute(norm.epsilon));
  // Inference has no rule for operators of ONNX Runtime.
  norm.output.type ??= outputType;
  for (const node of replaced) node.graph?.remove(node);
  return true;
}
