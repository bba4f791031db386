import { constantTensor, type Node, type Value } from '@sentei/ir';

/** Operators whose first output has the shape of their first input, whatever the input is and in every opset. */
const SAME_SHAPE = new Set(
  (
    'Abs Acos Acosh Asin Asinh Atan Atanh Cast Ceil Celu Clip Cos Cosh CumSum Dropout Elu Erf Exp Floor Gelu ' +
    'HardSigmoid HardSwish Hardmax Identity InstanceNormalization IsInf IsNaN LayerNormalization LeakyRelu Log ' +
    'LogSoftmax Mish Neg Not RMSNormalization Reciprocal Relu Round Selu Sigmoid Sign SimplifiedLayerNormalization Sin ' +
    'Sinh Softmax Softplus Softsign Sqrt Swish Tan Tanh ThresholdedRelu'
  ).split(' '),
);

const ARITHMETIC = new Set(['Add', 'Sub', 'Mul', 'Div', 'Pow']);

/** The first opset with the broadcasting of today. */
const BROADCASTING = 7;

/** The input of a standard operator that its first output shares its shape with, if any. */
export function sameShapeInput(node: Node, opset: number): Value | undefined {
  if (SAME_SHAPE.has(node.opType)) return node.input(0);
  if (!ARITHMETIC.has(node.opType) || opset < BROADCASTING) return undefined;
  for (const position of [0, 1]) {
    if (constantTensor(node.input(1 - position))?.dims.length === 0) return node.input(position);
  }
  return undefined;
}

/** Outputs of ONNX Runtime's operators, as fusions write them, that have the shape of the first input, by their number. */
const FUSED_OUTPUTS = new Map<string, readonly number[]>([
  ['QuickGelu', [0]],
  ['Gelu', [0]],
  ['FastGelu', [0]],
  ['BiasGelu', [0]],
  ['SkipLayerNormalization', [0, 3]],
  ['SkipSimplifiedLayerNormalization', [0, 3]],
]);

/** Outputs of a fused operator with the input that they share their shape with. */
export function fusedShapes(node: Node): (readonly [Value, Value])[] {
  const input = node.input(0);
  const outputs = node.domain === 'com.microsoft' ? FUSED_OUTPUTS.get(node.opType) : undefined;
  if (outputs === undefined || input === undefined) return [];
  return outputs.flatMap((index) => {
    const output = node.output(index);
    return output === undefined ? [] : [[output, input] as const];
  });
}
