import { tensorFact } from '../fact.ts';
import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';
import { broadcastInputs } from './elementwise.ts';

/** Stop words are taken out of the last axis; without any the shape stays. */
function normalizer(context: RuleContext): Outputs {
  const shape = context.shapeOfRank(0, 1, 2);
  const keeps = context.listLength('stopwords') === 0;
  return [tensorFact('string', keeps ? shape : shape?.with(-1, null))];
}

/** The parts of each string along a new axis as long as the longest list, and the lengths of the lists. */
function split(context: RuleContext): Outputs {
  const shape = context.shape(0);
  return [tensorFact('string', shape && [...shape, null]), tensorFact('int64', shape)];
}

/** Counts of n-grams, in the places that `ngram_indexes` gives them. */
function ngrams(context: RuleContext): Outputs {
  const shape = context.shapeOfRank(0, 1, 2);
  const indexes = context.ints('ngram_indexes') ?? [];
  const width = indexes.length === 0 ? null : indexes.reduce((a, b) => Math.max(a, b), 0) + 1;
  return [tensorFact('float32', shape && [...shape.slice(0, -1), width])];
}

export const textRules: RuleFamily = {
  RegexFullMatch: (context) => [tensorFact('bool', context.shape(0))],
  StringConcat: (context) => [tensorFact('string', broadcastInputs(context, [0, 1]))],
  StringNormalizer: normalizer,
  StringSplit: split,
  TfIdfVectorizer: ngrams,
};
