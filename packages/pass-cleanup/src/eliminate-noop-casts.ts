import { identityRule } from './eliminate-identities.ts';

/** Removes casts that keep every value and merges lossless casts in a row. */
export const eliminateNoopCastsRule = identityRule(
  'eliminate-noop-casts',
  'Removes casts that keep every value and merges lossless casts in a row.',
  'Cast',
  'CastLike',
);
