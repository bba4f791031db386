import { tensorFact } from '../fact.ts';
import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';

/** Scores [N, C, …] and labels [N, …]; the second output of a softmax loss are the log probabilities. */
function loss(context: RuleContext): Outputs {
  const elementType = context.elementType(0);
  const scores = context.shapeOfRank(0, 2);
  const labels = context.shape(1) ?? scores?.filter((_, axis) => axis !== 1);
  const reduced = (context.string('reduction') ?? 'mean') !== 'none';
  return [tensorFact(elementType, reduced ? [] : labels), tensorFact(elementType, scores)];
}

export const lossRules: RuleFamily = {
  NegativeLogLikelihoodLoss: loss,
  SoftmaxCrossEntropyLoss: loss,
};
