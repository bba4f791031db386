import { identityRule } from './eliminate-identities.ts';

/** Removes transposes that keep the order of axes and merges transposes in a row. */
export const eliminateNoopTransposesRule = identityRule(
  'eliminate-noop-transposes',
  'Removes transposes that keep the order of axes and merges transposes in a row.',
  'Transpose',
);
