import type { DataType } from '../../graph/data-type.ts';
import type { Shape } from '../../graph/type.ts';
import { differs } from '../dimensions.ts';
import { tensorFact } from '../fact.ts';
import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';
import { floorDivide } from '../symbols.ts';
import { convolution } from './convolution.ts';
import { broadcastInputs, commonElementType, likeFirst } from './elementwise.ts';
import { gridSample } from './image.ts';
import { gemm, productShape } from './matrix.ts';
import { rootMeanSquareNormalization } from './normalize.ts';

function fusedMatMul(context: RuleContext): Outputs {
  const a = arranged(context, 0, 'transA', 'transBatchA');
  const b = arranged(context, 1, 'transB', 'transBatchB');
  return [tensorFact(commonElementType(context, [0, 1]), productShape(context, a, b))];
}

/** `transBatch` moves the first axis before the last; `trans` then exchanges the last two. */
function arranged(context: RuleContext, index: number, flag: string, batchFlag: string): Shape | undefined {
  const shape = context.shape(index);
  if (shape === undefined || shape.length < 2) return shape;
  const [first = null, ...rest] = shape;
  const moved = context.int(batchFlag) === 1 ? [...rest.slice(0, -1), first, ...rest.slice(-1)] : [...shape];
  return context.int(flag) === 1
    ? [...moved.slice(0, -2), moved.at(-1) ?? null, moved.at(-2) ?? null]
    : moved;
}

/** Output, mean, inverse deviation, and the sum of input and skip that was normalized. */
function skipNormalization(context: RuleContext): Outputs {
  const shape = context.shape(0);
  const statistics = tensorFact(
    'float32',
    shape?.map((extent, axis) => (axis < shape.length - 1 ? extent : 1)),
  );
  const like = tensorFact(commonElementType(context, [0, 1]), shape);
  return [like, statistics, statistics, like];
}

/** Word, position and segment embeddings [rows, hidden] of [batch, length] numbers, normalized. */
export function embedNormalization(elementType: (context: RuleContext) => DataType) {
  return (context: RuleContext): Outputs => {
    const [batch = null, length = null] = context.shapeOfRank(0, 2, 2) ?? [];
    const hidden = context.shapeOfRank(2, 2, 2)?.[1] ?? null;
    const embedded = tensorFact(elementType(context), [batch, length, hidden]);
    return [embedded, tensorFact('int32', [batch]), embedded];
  };
}

/** Weights of few bits are stored as blocks; attributes give the matrix they stand for. */
function blockMatMul(context: RuleContext): Outputs {
  const shape = context.shapeOfRank(0, 1);
  const [rows, columns] = [context.int('K') ?? null, context.int('N') ?? null];
  if (differs(shape?.at(-1), rows))
    context.fail(`[${shape?.map(String)}] and K ${rows} share no inner extent`);
  return [tensorFact(context.elementType(0), shape?.with(-1, columns))];
}

/** Half of the last axis gates the other half. */
function biasSplitGelu(context: RuleContext): Outputs {
  const shape = context.shapeOfRank(0, 1);
  return [tensorFact(context.elementType(0), shape?.with(-1, floorDivide(shape.at(-1) ?? null, 2)))];
}

function withMask(context: RuleContext): Outputs {
  return [tensorFact(context.elementType(0), context.shape(0)), tensorFact('bool', context.shape(0))];
}

function skipGroupNormalization(context: RuleContext): Outputs {
  const like = tensorFact(context.elementType(0), context.shape(0));
  return [like, like];
}

export const microsoftRules: RuleFamily = {
  BiasAdd: likeFirst,
  BiasDropout: withMask,
  BiasGelu: (context) => [tensorFact(commonElementType(context, [0, 1]), broadcastInputs(context, [0, 1]))],
  BiasSoftmax: likeFirst,
  BiasSplitGelu: biasSplitGelu,
  EmbedLayerNormalization: embedNormalization((context) => context.elementType(2)),
  FastGelu: likeFirst,
  FusedConv: convolution(1, (context) => commonElementType(context, [0, 1])),
  FusedGemm: gemm,
  FusedMatMul: fusedMatMul,
  FusedMatMulActivation: fusedMatMul,
  Gelu: likeFirst,
  GridSample: gridSample,
  GroupNorm: likeFirst,
  Inverse: likeFirst,
  MatMulBnb4: blockMatMul,
  MatMulNBits: blockMatMul,
  MoE: likeFirst,
  QMoE: likeFirst,
  QuickGelu: likeFirst,
  SimplifiedLayerNormalization: rootMeanSquareNormalization,
  SkipGroupNorm: skipGroupNormalization,
  SkipLayerNormalization: skipNormalization,
  SkipSimplifiedLayerNormalization: skipNormalization,
  TransposeMatMul: fusedMatMul,
};
