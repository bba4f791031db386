import { duplicatesRule } from './merge-duplicates.ts';

/** Nodes with the same operator, attributes and inputs as a node before them. */
export const eliminateCommonSubexpressionsRule = duplicatesRule(
  'eliminate-common-subexpressions',
  'Merges nodes that compute the same.',
  ['nodes'],
);
