import { tensorFact } from '../fact.ts';
import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';

/** Along `axis`, else of the flattened tensor, some number of slices. */
function someSlices(context: RuleContext): Outputs {
  const shape = context.shape(0);
  const axis = context.int('axis');
  const kept = axis === undefined ? [null] : shape?.with(context.axis(axis, shape.length), null);
  return [tensorFact(context.elementType(0), kept)];
}

/** The distinct slices, where each was first, where each input slice is among them, and how often each occurs. */
function unique(context: RuleContext): Outputs {
  const indices = tensorFact('int64', [null]);
  return [...someSlices(context), indices, indices, indices];
}

export const selectRules: RuleFamily = {
  Compress: someSlices,
  NonMaxSuppression: () => [tensorFact('int64', [null, 3])],
  Unique: unique,
};
