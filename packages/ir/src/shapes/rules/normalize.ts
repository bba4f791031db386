import type { Dimension } from '../../graph/type.ts';
import { attributeType } from '../attribute-type.ts';
import { tensorFact } from '../fact.ts';
import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';
import { likeFirst } from './elementwise.ts';

function batchNormalization(context: RuleContext): Outputs {
  const shape = context.shapeOfRank(0, 1);
  const channels: Dimension[] = [
    (shape && shape.length > 1 ? shape[1] : undefined) ?? context.shape(1)?.[0] ?? null,
  ];
  const statistics = tensorFact(context.elementType(context.has(3) ? 3 : 1), channels);
  return [tensorFact(context.elementType(0), shape), statistics, statistics, statistics, statistics];
}

/** The normalized tensor, then one mean and one inverse deviation for each position before `axis`. */
export function layerNormalization(context: RuleContext): Outputs {
  const shape = context.shapeOfRank(0, 1);
  const axis = shape && context.axis(context.int('axis') ?? -1, shape.length);
  const outer = shape?.map((extent, i) => (i < (axis ?? 0) ? extent : 1));
  const statistics = tensorFact(attributeType(context, 'stash_type') ?? 'float32', outer);
  return [tensorFact(context.elementType(0), shape), statistics, statistics];
}

/** Its output has the element type of the scale, which may be wider than the data's. */
export function rootMeanSquareNormalization(context: RuleContext): Outputs {
  const [, deviation] = layerNormalization(context);
  return [tensorFact(context.elementType(1), context.shape(0)), deviation];
}

function alongAxis(fallback: (opset: number) => number) {
  return (context: RuleContext): Outputs => {
    const shape = context.shape(0);
    if (shape && shape.length > 0) context.axis(context.int('axis') ?? fallback(context.opset), shape.length);
    return likeFirst(context);
  };
}

const softmax = alongAxis((opset) => (opset < 13 ? 1 : -1));

export const normalizeRules: RuleFamily = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  RMSNormalization: rootMeanSquareNormalization,
  // ONNX Runtime registers it in the standard domain, though no opset has it.
  SimplifiedLayerNormalization: rootMeanSquareNormalization,
  InstanceNormalization: likeFirst,
  GroupNormalization: likeFirst,
  LpNormalization: likeFirst,
  LRN: likeFirst,
  MeanVarianceNormalization: likeFirst,
  Softmax: softmax,
  LogSoftmax: softmax,
  Hardmax: softmax,
};
