import { constantTensor, type Node, type Value } from '@sentei/ir';

/** Operators whose first output has the shape of their first input, whatever the input is and in every opset. */
const SAME_SHAPE = new Set(
  (
    'Abs Acos Acosh Asin Asinh Atan Atanh Cast Ceil Celu Clip Cos Cosh CumSum Dropout Elu Erf Exp Floor Gelu ' +
    'HardSigmoid HardSwish Hardmax Identity InstanceNormalization IsInf IsNaN LayerNormalization LeakyRelu Log ' +
    'LogSoftmax Mish Neg Not Reciprocal Relu Round Selu Sigmoid Sign Sin Sinh Softmax Softplus Softsign Sqrt Tan ' +
    'Tanh ThresholdedRelu'
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
