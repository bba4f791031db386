export { canonicalizeNorms, canonicalizeNormsRule } from './canonicalize-norms.ts';
export { cleanup } from './cleanup.ts';
export { eliminateCommonSubexpressionsRule } from './eliminate-common-subexpressions.ts';
export { eliminateDeadCode, eliminateDeadCodeRule } from './eliminate-dead-code.ts';
export { eliminateIdentities, eliminateIdentitiesRule } from './eliminate-identities.ts';
export { eliminateNoopCastsRule } from './eliminate-noop-casts.ts';
export { eliminateNoopReshapesRule } from './eliminate-noop-reshapes.ts';
export { eliminateNoopTransposesRule } from './eliminate-noop-transposes.ts';
export {
  createFoldRule,
  type FoldSettings,
  foldConstants,
  foldConstantsPass,
  foldConstantsRule,
} from './fold-constants.ts';
export { FUSION_PASSES, fuse } from './fuse.ts';
export { createFuseActivationsRule } from './fuse-activations.ts';
export { createFuseNormsRule } from './fuse-norms.ts';
export { createFuseSkipNormsRule } from './fuse-skip-norms.ts';
export { FUSED_KERNELS, type FusedKernel, refuteKernel, TARGETS, type Target } from './fusing/kernels.ts';
export { gatherShiftsRule } from './gather-shifts.ts';
export { joinShiftsRule } from './join-shifts.ts';
export { liftConstants, liftConstantsRule } from './lift-constants.ts';
export { mergeDuplicates, mergeDuplicatesRule } from './merge-duplicates.ts';
export { mergeInitializersRule } from './merge-initializers.ts';
export { createMergeProductsRule } from './merge-products.ts';
export { mergeShifts, mergeShiftsRule } from './merge-shifts.ts';
export { CLEANUP_PASSES } from './passes.ts';
export { rulePass } from './rule-pass.ts';
export { runRules } from './run-rules.ts';
export { simplifyShapes, simplifyShapesRule } from './simplify-shapes.ts';
export { splitProducts, splitProductsRule } from './split-products.ts';
export { type Survey, takeSurvey } from './survey.ts';
export type { Rewrite, Rule } from './types.ts';
