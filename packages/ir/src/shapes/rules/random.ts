import { attributeType } from '../attribute-type.ts';
import { tensorFact } from '../fact.ts';
import type { Outputs, Rule, RuleContext, RuleFamily } from '../rule.ts';

/** The shape of the input, with the element type of an attribute where it is given. */
const likeInput: Rule = (context) => [
  tensorFact(attributeType(context, 'dtype') ?? context.elementType(0), context.shape(0)),
];

function ofShape(context: RuleContext): Outputs {
  const shape = context.ints('shape') ?? context.fail('it has no shape');
  return [tensorFact(attributeType(context, 'dtype') ?? 'float32', shape)];
}

function multinomial(context: RuleContext): Outputs {
  const [batch = null] = context.shapeOfRank(0, 2, 2) ?? [];
  return [tensorFact(attributeType(context, 'dtype') ?? 'int32', [batch, context.int('sample_size') ?? 1])];
}

export const randomRules: RuleFamily = {
  Bernoulli: likeInput,
  EyeLike: likeInput,
  Multinomial: multinomial,
  RandomNormal: ofShape,
  RandomNormalLike: likeInput,
  RandomUniform: ofShape,
  RandomUniformLike: likeInput,
};
