import type { CostRule, CostRules, Operation } from './operation.ts';

/** For each score: the difference to the largest, exp, the sum, the quotient. */
export const SOFTMAX = 4;

/** The mean and the difference to it; square, sum and the product with what comes of them; the gain. */
const LAYER_NORM = 6;
/** Square, sum, product, gain. */
const RMS_NORM = 4;
/** x / 2 · (1 + erf(x / √2)). */
const GELU = 5;
/** x / 2 · (1 + tanh(a · (x + b · x³))). */
const TANH_GELU = 8;

/** So many operations for each element of the output, where that holds fractions. */
function each(operations: number): CostRule {
  return (operation) => (operation.isFloating ? operations * operation.outputSize() : 0);
}

/** The same whatever the output holds. */
function always(operations: number): CostRule {
  return (operation) => operations * operation.outputSize();
}

/** A norm of so many operations for each element, and one more where it has a bias. */
function norm(operations: number, bias: number): CostRule {
  return (operation) => (operations + (operation.has(bias) ? 1 : 0)) * operation.size(0);
}

/** A norm of the sum with a skip connection. */
function skipNorm(operations: number, ...optional: readonly number[]): CostRule {
  return (operation) =>
    (operations + 1 + optional.filter((index) => operation.has(index)).length) * operation.size(0);
}

/** Operations for each element that goes in and each that comes out. */
function reduction(perInput: number, perOutput = 0): CostRule {
  return (operation) =>
    operation.isFloating ? perInput * operation.size(0) + perOutput * operation.outputSize() : 0;
}

/** Of a list of operands. */
function variadic(more: number): CostRule {
  return (operation: Operation) =>
    operation.isFloating ? (operation.inputCount - 1 + more) * operation.outputSize() : 0;
}

/** Puts updates in place, or joins them with what is there. */
function scatter(operation: Operation): number {
  return (operation.node.string('reduction') ?? 'none') === 'none' ? 0 : operation.size(2);
}

/** Picks the nearest element; interpolation is not counted. */
function resize(operation: Operation): number {
  const mode = operation.node.string('mode') ?? 'nearest';
  return mode === 'nearest' ? 0 : operation.fail(`no rule for ${mode} interpolation`);
}

const named = (names: string, rule: CostRule): CostRules =>
  Object.fromEntries(names.split(' ').map((name) => [name, rule]));

/** Element by element, norms and reductions. A function such as exp or erf counts as one operation. */
export const pointwiseCosts: CostRules = {
  ...named('Add Sub Mul Div Mod Pow Abs Neg Reciprocal Sqrt Exp Log Erf Sigmoid Tanh', each(1)),
  ...named('Sin Cos Tan Asin Acos Atan Sinh Cosh Tanh Asinh Acosh Atanh Softplus CumSum CumProd', each(1)),
  ...named('LeakyRelu PRelu Shrink', each(1)),
  ...named('HardSigmoid Softsign Swish', each(2)),
  ...named('Elu Celu Selu HardSwish Mish SwiGLU', each(3)),
  Gelu: (operation) =>
    (operation.node.string('approximate') === 'tanh' ? TANH_GELU : GELU) * operation.outputSize(),
  Sum: variadic(0),
  Mean: variadic(1),
  Softmax: each(SOFTMAX),
  LogSoftmax: each(SOFTMAX),
  LayerNormalization: norm(LAYER_NORM, 2),
  RMSNormalization: norm(RMS_NORM, Number.POSITIVE_INFINITY),
  SimplifiedLayerNormalization: norm(RMS_NORM, Number.POSITIVE_INFINITY),
  BatchNormalization: each(4),
  InstanceNormalization: norm(LAYER_NORM, 2),
  GroupNormalization: norm(LAYER_NORM, 2),
  MeanVarianceNormalization: norm(LAYER_NORM - 1, Number.POSITIVE_INFINITY),
  LpNormalization: each(3),
  LRN: (operation) => (operation.int('size', 1) + 4) * operation.outputSize(),
  ReduceSum: reduction(1),
  ReduceProd: reduction(1),
  ReduceMean: reduction(1, 1),
  ReduceL1: reduction(2),
  ReduceL2: reduction(2, 1),
  ReduceSumSquare: reduction(2),
  ReduceLogSum: reduction(1, 1),
  ReduceLogSumExp: reduction(3, 2),
  ...named('Scatter ScatterElements ScatterND', scatter),
  ...named('Resize Upsample', resize),
  QuantizeLinear: always(2),
  DequantizeLinear: always(2),
  DynamicQuantizeLinear: always(2),
};

/** The same of the `com.microsoft` domain. */
export const microsoftPointwiseCosts: CostRules = {
  Gelu: each(GELU),
  BiasGelu: each(GELU + 1),
  FastGelu: (operation) => (TANH_GELU + (operation.has(1) ? 1 : 0)) * operation.outputSize(),
  QuickGelu: each(3),
  BiasAdd: each(2),
  BiasSoftmax: each(SOFTMAX + 1),
  SkipLayerNormalization: skipNorm(LAYER_NORM, 3, 4),
  SkipSimplifiedLayerNormalization: skipNorm(RMS_NORM, 3),
  SimplifiedLayerNormalization: norm(RMS_NORM, Number.POSITIVE_INFINITY),
  EmbedLayerNormalization: (operation) => (LAYER_NORM + 3) * operation.outputSize(),
  QuantizeLinear: always(2),
  DequantizeLinear: always(2),
};

/** Operators that move, make, compare or select elements, and do no arithmetic on them. */
export const WITHOUT_ARITHMETIC: ReadonlySet<string> = new Set(
  (
    'And ArgMax ArgMin BitCast BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor Cast CastLike Ceil CenterCropPad Clip ' +
    'Compress Concat ConcatFromSequence Constant ConstantOfShape DepthToSpace Dropout Equal Expand EyeLike Flatten Floor ' +
    'Gather GatherElements GatherND GlobalMaxPool Greater GreaterOrEqual Hardmax Identity IsInf IsNaN Less LessOrEqual Max ' +
    'MaxPool MaxRoiPool MaxUnpool Min NonZero Not OneHot Optional OptionalGetElement OptionalHasElement Or Pad RandomNormal RandomNormalLike ' +
    'RandomUniform RandomUniformLike Range ReduceMax ReduceMin Relu Reshape ReverseSequence Round SequenceAt ' +
    'SequenceConstruct SequenceEmpty SequenceErase SequenceInsert SequenceLength Shape Sign Size Slice SpaceToDepth Split ' +
    'SplitToSequence Squeeze StringConcat StringNormalizer StringSplit RegexFullMatch ThresholdedRelu Tile TopK Transpose ' +
    'Trilu Unique Unsqueeze Where Xor TensorScatter'
  ).split(' '),
);
