import { bitsPerElement, type DataType, type Node, Tensor } from '@sentei/ir';
import type { Survey } from '../survey.ts';
import { ARITHMETIC } from './arithmetic.ts';
import { sizeOf } from './broadcast.ts';
import { cast } from './cast.ts';
import { MOVERS } from './move-elements.ts';
import type { Evaluator } from './types.ts';

const EVALUATORS: Readonly<Record<string, Evaluator>> = { ...MOVERS, ...ARITHMETIC, Cast: cast };

/**
 * The output of a standard operator on constants, rounded as ONNX Runtime rounds it, or of Shape and Size where the
 * dimensions they read are fixed. `undefined` where that is not known or the result takes more than `limit` bytes.
 *
 * @param constant the constant behind a value
 */
export function evaluate(
  node: Node,
  constant: (index: number) => Tensor | undefined,
  survey: Survey,
  limit: number,
): Tensor | undefined {
  if (node.outputs.length !== 1 || node.graph === null) return undefined;
  if (node.opType === 'Shape') return shape(node, survey);
  if (node.opType === 'Size') return size(node, survey);
  const evaluator = Object.hasOwn(EVALUATORS, node.opType) ? EVALUATORS[node.opType] : undefined;
  if (evaluator === undefined) return undefined;
  const inputs = node.inputs.map((value, i) => (value === null ? undefined : constant(i)));
  const complete = node.inputs.every((value, i) => value === null || isSmall(inputs[i], limit));
  if (!complete || inputs.length === 0) return undefined;
  const fits = (dims: readonly number[], dataType: DataType) =>
    dims.every((dim) => dim >= 0) && (sizeOf(dims) * (bitsPerElement(dataType) ?? Number.NaN)) / 8 <= limit;
  const result = evaluator(node, inputs, { opset: survey.opset(node.graph), fits });
  return result && fits(result.dims, result.dataType) ? result : undefined;
}

/** Strings and types of less than a byte are not computed with. */
function isSmall(tensor: Tensor | undefined, limit: number): boolean {
  return tensor !== undefined && tensor.byteLength <= limit && (bitsPerElement(tensor.dataType) ?? 0) >= 8;
}

function shape(node: Node, survey: Survey): Tensor | undefined {
  const dims = survey.shape(node.input(0));
  if (dims === undefined) return undefined;
  const wanted = dims.slice(node.int('start') ?? 0, node.int('end') ?? dims.length);
  const fixed = wanted.filter((dim) => typeof dim === 'number');
  return fixed.length === wanted.length ? Tensor.int64(fixed) : undefined;
}

function size(node: Node, survey: Survey): Tensor | undefined {
  const dims = survey.shape(node.input(0));
  const fixed = dims?.filter((dim) => typeof dim === 'number');
  return fixed && fixed.length === dims?.length ? Tensor.int64([sizeOf(fixed)], []) : undefined;
}
