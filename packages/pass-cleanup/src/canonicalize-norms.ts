import { constantTensor, type Node, type Tensor, Tensor as Tensors, type Value } from '@sentei/ir';
import { makeConstant } from './make-constant.ts';
import { type DecomposedNorm, findNorm } from './norms/find-norm.ts';
import { isPlain, plainNodes, type Survey } from './survey.ts';
import type { Rule } from './types.ts';

const FLOATS = ['float16', 'float32', 'float64'] as const;

/**
 * RMSNorm and LayerNorm written out, brought to the form `x / Sqrt(ReduceMean(Pow(x, 2)) + eps)` that ONNX Runtime takes
 * for one operator (measured with 1.30: neither `x * x` nor a reciprocal is recognised).
 */
export const canonicalizeNormsRule: Rule = {
  id: 'canonicalize-norms',
  description: 'Writes decomposed norms in the form that runtimes fuse into one operator.',
  find(survey) {
    return [...plainNodes(survey.model)]
      .filter((node) => plan(node, survey) !== undefined)
      .map((node) => ({ subject: node, apply: () => rewrite(node, survey) }));
  },
};

/** Brings norms to their canonical form and returns how many were not in it. */
export function canonicalizeNorms(survey: Survey): number {
  return canonicalizeNormsRule.find(survey).filter((found) => found.apply()).length;
}

/** The changes a norm needs; `undefined` where there is none or it is canonical. */
function plan(root: Node, survey: Survey): (() => void) | undefined {
  // Before opset 7 operands were broadcast by attributes.
  if (root.graph === null || survey.opset(root.graph) < 7) return undefined;
  const norm = findNorm(root, survey);
  if (norm === undefined || ![norm.square, norm.sum, norm.squareRoot].every(isPlain)) return undefined;
  const changes = [squareByPow(norm, survey), rootBySqrt(norm), scaleByDiv(norm)].flatMap(
    (change) => change ?? [],
  );
  if (changes.length === 0) return undefined;
  return () => {
    for (const change of changes) change();
  };
}

function rewrite(root: Node, survey: Survey): boolean {
  const change = plan(root, survey);
  change?.();
  return change !== undefined;
}

/** `Mul(x, x)` becomes `Pow(x, 2)`, with the exponent in the type of epsilon, which is that of `x`. */
function squareByPow({ square, sum, x }: DecomposedNorm, survey: Survey): (() => void) | undefined {
  const { graph } = square;
  const epsilon = sum.inputs.map(constantTensor).find((tensor) => tensor !== undefined);
  const type = FLOATS.find((candidate) => candidate === epsilon?.dataType);
  if (!square.is('Mul') || type === undefined || graph === null) return undefined;
  return () => {
    const two = makeConstant(square, twoOf(type), survey);
    square.opType = 'Pow';
    square.setInputs([x, two]);
  };
}

function twoOf(type: (typeof FLOATS)[number]): Tensor {
  return Tensors.floats([2], [], type);
}

/** A Pow by a half or minus a half becomes a Sqrt; `scaleByDiv` sees to the inverse. */
function rootBySqrt({ squareRoot }: DecomposedNorm): (() => void) | undefined {
  if (!squareRoot.is('Pow')) return undefined;
  return () => {
    squareRoot.opType = 'Sqrt';
    squareRoot.setInputs([squareRoot.inputs[0] ?? null]);
  };
}

function scaleByDiv({ root, x, form, squareRoot }: DecomposedNorm): (() => void) | undefined {
  const divisor: Value | undefined = squareRoot.outputs[0];
  if (form === 'div' || divisor === undefined) return undefined;
  return () => {
    root.opType = 'Div';
    root.setInputs([x, divisor]);
  };
}
