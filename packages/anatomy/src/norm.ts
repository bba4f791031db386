import type { Graph, Node, Value } from '@sentei/ir';
import { findConstantValues } from './constant-values.ts';
import { matchDecomposedNorm } from './decomposed-norm.ts';

/**
 * output = (input + added − mean) / sqrt(variance + epsilon) · scale + bias for `layer`;
 * `rms` leaves the mean out: output = (input + added) / sqrt(mean of squares + epsilon) · scale + bias.
 */
export interface Norm {
  readonly kind: 'rms' | 'layer';
  readonly input: Value;
  /** What a skip norm adds to its input first: the other operand of the residual sum, then a bias if it has one. */
  readonly added: readonly Value[];
  readonly output: Value;
  /** The residual sum, where a skip norm returns it. */
  readonly sum: Value | undefined;
  /** Constant gain, as the multiplication reads it: possibly behind a Cast. */
  readonly scale: Value | undefined;
  readonly bias: Value | undefined;
  readonly epsilon: number;
  /** Axes it is taken over, in rising order; counted from the end (negative) wherever the rank is known. */
  readonly axes: readonly number[];
  /** The nodes that compute it, casts around it included, without those that compute constants. */
  readonly nodes: readonly Node[];
}

/**
 * Finds LayerNorm and RMSNorm in a graph and its subgraphs: as single operators of ONNX and ONNX Runtime, and written out
 * in the forms that exporters use. Each norm is listed once, in graph order.
 */
export function findNorms(graph: Graph): Norm[] {
  const constants = findConstantValues(graph);
  const norms: Norm[] = [];
  for (const node of graph.allNodes()) {
    const norm = fusedNorm(node) ?? matchDecomposedNorm(node, constants);
    if (norm !== undefined) norms.push(norm);
  }
  return norms;
}

interface FusedForm {
  readonly kind: Norm['kind'];
  /** Input numbers; the defaults of `epsilon` are those of the operators' definitions. */
  readonly scale: number;
  readonly bias?: number;
  readonly skip?: number;
  readonly skipBias?: number;
  readonly epsilon: number;
}

/** Operators by name; ONNX Runtime files its own under the standard domain or under com.microsoft. */
const FUSED = new Map<string, FusedForm>([
  ['LayerNormalization', { kind: 'layer', scale: 1, bias: 2, epsilon: 1e-5 }],
  ['RMSNormalization', { kind: 'rms', scale: 1, epsilon: 1e-5 }],
  ['SimplifiedLayerNormalization', { kind: 'rms', scale: 1, epsilon: 1e-5 }],
  ['SkipLayerNormalization', { kind: 'layer', skip: 1, scale: 2, bias: 3, skipBias: 4, epsilon: 1e-12 }],
  ['SkipSimplifiedLayerNormalization', { kind: 'rms', skip: 1, scale: 2, skipBias: 3, epsilon: 1e-12 }],
]);

/** Output number of the residual sum in the skip norms. */
const SUM_OUTPUT = 3;

function fusedNorm(node: Node): Norm | undefined {
  const form = FUSED.get(node.opType);
  if (form === undefined || !(node.is(node.opType) || node.domain === 'com.microsoft')) return undefined;
  const at = (index: number | undefined) => (index === undefined ? undefined : node.input(index));
  const [input, output, scale] = [node.input(0), node.output(0), at(form.scale)];
  const added = [at(form.skip), at(form.skipBias)].filter((value) => value !== undefined);
  if (input === undefined || output === undefined || (form.skip !== undefined && added.length === 0))
    return undefined;
  return {
    kind: form.kind,
    input,
    added,
    output,
    sum: form.skip === undefined ? undefined : node.output(SUM_OUTPUT),
    scale,
    bias: at(form.bias),
    epsilon: node.float('epsilon') ?? form.epsilon,
    axes: trailingAxes(node.int('axis') ?? -1, input.shape?.length, scale?.shape?.length),
    nodes: [node],
  };
}

/** `axis` and all axes after it. The gain spans the same axes, so its rank helps where that of the input is unknown. */
function trailingAxes(axis: number, rank: number | undefined, scaleRank = 1): number[] {
  const count = axis < 0 ? -axis : rank === undefined ? undefined : rank - axis;
  if (count !== undefined) return Array.from({ length: count }, (_, index) => index - count);
  return Array.from({ length: scaleRank }, (_, index) => axis + index);
}
