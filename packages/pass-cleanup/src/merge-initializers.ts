import { duplicatesRule } from './merge-duplicates.ts';

/** Initializers with the same type, shape and bytes as another one. */
export const mergeInitializersRule = duplicatesRule(
  'merge-initializers',
  'Merges initializers that hold the same bytes.',
  ['initializers'],
);
