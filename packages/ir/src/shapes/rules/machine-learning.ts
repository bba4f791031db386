import type { DataType } from '../../graph/data-type.ts';
import { tensorFact } from '../fact.ts';
import type { Outputs, RuleContext, RuleFamily } from '../rule.ts';
import { likeFirst } from './elementwise.ts';

/** Picks columns of the last axis; a vector counts as one row. */
function featureExtractor(context: RuleContext): Outputs {
  const data = context.shapeOfRank(0, 1);
  const count = context.shape(1)?.at(-1) ?? null;
  const rows = data?.length === 1 ? [1] : data?.slice(0, -1);
  return [tensorFact(context.elementType(0), rows && [...rows, count])];
}

/** Version 4 takes tensors, version 2 lists; version 1 maps strings to integers and back. */
function labelEncoder(context: RuleContext): Outputs {
  const values = context.tensor('values_tensor')?.dataType;
  const listed = Object.entries(VALUE_LISTS).find(([name]) => context.attribute(name) !== undefined)?.[1];
  const swapped: DataType = context.elementType(0) === 'string' ? 'int64' : 'string';
  return [tensorFact(values ?? listed ?? swapped, context.shape(0))];
}

const VALUE_LISTS: Readonly<Record<string, DataType>> = {
  values_strings: 'string',
  values_int64s: 'int64',
  values_floats: 'float32',
};

function treeEnsemble(context: RuleContext): Outputs {
  const [rows = null] = context.shapeOfRank(0, 1, 2) ?? [];
  return [tensorFact(context.elementType(0), [rows, context.int('n_targets') ?? null])];
}

/** Scaled or normalized features are floats whatever the data. */
function floatLike(context: RuleContext): Outputs {
  return [tensorFact('float32', context.shape(0))];
}

export const machineLearningRules: RuleFamily = {
  ArrayFeatureExtractor: featureExtractor,
  Binarizer: likeFirst,
  LabelEncoder: labelEncoder,
  Normalizer: floatLike,
  Scaler: floatLike,
  TreeEnsemble: treeEnsemble,
};
