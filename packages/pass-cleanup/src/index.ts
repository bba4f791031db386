export { canonicalizeNorms, canonicalizeNormsRule } from './canonicalize-norms.ts';
export { cleanup } from './cleanup.ts';
export { eliminateDeadCode, eliminateDeadCodeRule } from './eliminate-dead-code.ts';
export { eliminateIdentities, eliminateIdentitiesRule } from './eliminate-identities.ts';
export { foldConstants, foldConstantsRule } from './fold-constants.ts';
export { mergeDuplicates, mergeDuplicatesRule } from './merge-duplicates.ts';
export { mergeShifts, mergeShiftsRule } from './merge-shifts.ts';
export { type Survey, takeSurvey } from './survey.ts';
export type { Rewrite, Rule } from './types.ts';
