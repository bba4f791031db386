/** Words of a string type, so that a list of names can be written as text. */
type Words<Text extends string, Found = never> = Text extends `${infer First} ${infer Rest}`
  ? Words<Rest, Found | First>
  : Found | Text;

type Elementwise =
  | Words<'Abs Acos Acosh Add And Asin Asinh Atan Atanh BitCast BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor'>
  | Words<'Cast CastLike Ceil Celu Clip Cos Cosh Div Elu Equal Erf Exp Floor Gelu Greater GreaterOrEqual'>
  | Words<'HardSigmoid HardSwish IsInf IsNaN LeakyRelu Less LessOrEqual Log Max Mean Min Mish Mod Mul Neg Not Or'>
  | Words<'PRelu Pow Reciprocal Relu Round Selu Shrink Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Sub Sum Swish'>
  | Words<'Tan Tanh ThresholdedRelu Where Xor'>;

type Reduction =
  | Words<'ArgMax ArgMin CumProd CumSum GlobalAveragePool GlobalLpPool GlobalMaxPool Hardmax LogSoftmax LpPool'>
  | Words<'AveragePool MaxPool MaxRoiPool MaxUnpool ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax'>
  | Words<'ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare RoiAlign Softmax TopK'>;

type Contraction =
  | Words<'Attention CausalConvWithState Conv ConvInteger ConvTranspose DeformConv Einsum GRU Gemm LSTM'>
  | Words<'LinearAttention MatMul MatMulInteger QLinearConv QLinearMatMul RNN RotaryEmbedding'>;

type Normalization =
  | Words<'BatchNormalization GroupNormalization InstanceNormalization LRN LayerNormalization LpNormalization'>
  | Words<'MeanVarianceNormalization RMSNormalization'>;

type Movement =
  | Words<'AffineGrid CenterCropPad Col2Im Compress Concat DepthToSpace Expand Flatten Gather GatherElements'>
  | Words<'GatherND GridSample Identity NonZero Pad Reshape Resize ReverseSequence ScatterElements ScatterND'>
  | Words<'Shape Size Slice SpaceToDepth Split Squeeze TensorScatter Tile Transpose Trilu Unique Unsqueeze Upsample'>;

type Other =
  | Words<'Bernoulli BlackmanWindow Constant ConstantOfShape DFT Det Dropout DynamicQuantizeLinear DequantizeLinear'>
  | Words<'EyeLike HammingWindow HannWindow If ImageDecoder Loop MelWeightMatrix Multinomial NonMaxSuppression'>
  | Words<'NegativeLogLikelihoodLoss OneHot Optional OptionalGetElement OptionalHasElement QuantizeLinear'>
  | Words<'RandomNormal RandomNormalLike RandomUniform RandomUniformLike Range RegexFullMatch STFT Scan'>
  | Words<'ConcatFromSequence SequenceAt SequenceConstruct SequenceEmpty SequenceErase SequenceInsert SequenceLength'>
  | Words<'SequenceMap SoftmaxCrossEntropyLoss SplitToSequence StringConcat StringNormalizer StringSplit TfIdfVectorizer'>;

/** Operators of `com.microsoft` that transformers use. */
type Microsoft =
  | Words<'BiasGelu BiasSoftmax BiasSplitGelu DynamicQuantizeMatMul EmbedLayerNormalization FastGelu FusedConv'>
  | Words<'FusedGemm FusedMatMul GatherBlockQuantized GroupQueryAttention MatMulIntegerToFloat MatMulNBits'>
  | Words<'MultiHeadAttention PackedAttention PackedMultiHeadAttention QAttention QGemm QuickGelu SkipGroupNorm'>
  | Words<'SimplifiedLayerNormalization SkipLayerNormalization SkipSimplifiedLayerNormalization SparseAttention'>;

/** Operators that can be written as methods of a builder. Every other one goes through its method `call`. */
export type OperatorName =
  | Elementwise
  | Reduction
  | Contraction
  | Normalization
  | Movement
  | Other
  | Microsoft;

/** Standard operators whose two operands may be exchanged. */
const COMMUTATIVE: ReadonlySet<string> = new Set([
  ...['Add', 'Mul', 'And', 'Or', 'Xor', 'Equal', 'BitwiseAnd', 'BitwiseOr', 'BitwiseXor'],
  ...['Max', 'Min', 'Sum', 'Mean'],
]);

/** Whether `opType` gives the same for `(a, b)` and `(b, a)`; `domain` is `''` for the standard operators. */
export function isCommutative(domain: string, opType: string): boolean {
  return domain === '' && COMMUTATIVE.has(opType);
}
