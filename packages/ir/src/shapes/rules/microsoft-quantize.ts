import type { Dimension } from '../../graph/type.ts';
import { differs } from '../dimensions.ts';
import { tensorFact } from '../fact.ts';
import type { Outputs, Rule, RuleContext, RuleFamily } from '../rule.ts';
import { add } from '../symbols.ts';
import { convolution } from './convolution.ts';
import { broadcastInputs, likeFirst } from './elementwise.ts';
import { sharedExtent } from './join.ts';
import { product, productShape } from './matrix.ts';
import { embedNormalization } from './microsoft.ts';
import { globalPool, pool } from './pool.ts';
import { dequantizeLinear, quantizeLinear } from './quantize.ts';
import { dropAxes } from './reduce.ts';

/*
 * Quantized operators take each tensor with its scale and zero point behind it, so that the second tensor is input 3.
 */

function broadcastQuantized(...indices: number[]): Rule {
  return (context) => [
    tensorFact(context.elementType(indices.at(-1) ?? 0), broadcastInputs(context, indices)),
  ];
}

/** Scale and zero point of the output come first. */
function concatQuantized(context: RuleContext): Outputs {
  const indices = context.indices.filter((index) => index >= 2 && index % 3 === 2);
  const shapes = indices.map((index) => context.shape(index));
  const known = shapes.find((shape) => shape !== undefined);
  const elementType = context.elementType(1);
  if (known === undefined) return [tensorFact(elementType)];
  const axis = context.axis(context.int('axis') ?? context.fail('it has no axis'), known.length);
  const shape = known.map((_, at) => {
    const extents = shapes.map((own): Dimension => {
      if (own && own.length !== known.length)
        context.fail(`ranks ${own.length} and ${known.length} are joined`);
      return own?.[at] ?? null;
    });
    return at === axis ? extents.reduce(add, 0) : sharedExtent(context, extents);
  });
  return [tensorFact(elementType, shape)];
}

/** Without a zero point of the output the result is not quantized. */
function gemmQuantized(context: RuleContext): Outputs {
  const a = context.shapeOfRank(0, 2, 2);
  const b = context.shapeOfRank(3, 2, 2);
  const flipsA = context.int('transA') === 1;
  const flipsB = context.int('transB') === 1;
  if (differs(a?.[flipsA ? 0 : 1], b?.[flipsB ? 1 : 0])) context.fail('the operands share no inner extent');
  const elementType = context.has(8) ? context.elementType(8) : 'float32';
  return [tensorFact(elementType, [a?.[flipsA ? 1 : 0] ?? null, b?.[flipsB ? 0 : 1] ?? null])];
}

/** Channels come second unless `channels_last` says otherwise; then only the rank is told. */
function channelsFirst(rule: Rule): Rule {
  return (context) => {
    if (context.int('channels_last') !== 1) return rule(context);
    return [
      tensorFact(
        context.elementType(0),
        context.shape(0)?.map(() => null),
      ),
    ];
  };
}

function reduceQuantized(context: RuleContext): Outputs {
  const shape = context.shape(0);
  const axes = shape && context.axes(context.ints('axes') ?? shape.map((_, axis) => axis), shape.length);
  const keeps = (context.int('keepdims') ?? 1) !== 0;
  return [tensorFact(context.elementType(0), shape && axes && dropAxes(shape, axes, keeps))];
}

/** The product of quantized matrices in the precision of a scale, which is input `scale`. */
function dequantizedProduct(scale: number): Rule {
  return (context) => [
    tensorFact(context.elementType(scale), productShape(context, context.shape(0), context.shape(1))),
  ];
}

export const microsoftQuantizeRules: RuleFamily = {
  DequantizeLinear: dequantizeLinear,
  DynamicQuantizeMatMul: dequantizedProduct(0),
  MatMulInteger16: product([0, 1], 'int32'),
  MatMulIntegerToFloat: dequantizedProduct(2),
  QEmbedLayerNormalization: embedNormalization(() => 'float32'),
  QGemm: gemmQuantized,
  QLinearAdd: broadcastQuantized(0, 3),
  QLinearAveragePool: channelsFirst(pool),
  QLinearConcat: concatQuantized,
  QLinearConv: channelsFirst(convolution(3, (context) => context.elementType(7))),
  QLinearGlobalAveragePool: channelsFirst(globalPool),
  QLinearLeakyRelu: likeFirst,
  QLinearMul: broadcastQuantized(0, 3),
  QLinearReduceMean: reduceQuantized,
  QLinearSigmoid: likeFirst,
  QLinearSoftmax: likeFirst,
  QLinearWhere: broadcastQuantized(0, 1, 4),
  QuantizeLinear: quantizeLinear,
};
