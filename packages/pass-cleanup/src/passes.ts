import type { PassFactory } from '@sentei/ir';
import { canonicalizeNormsRule } from './canonicalize-norms.ts';
import { cleanup } from './cleanup.ts';
import { eliminateCommonSubexpressionsRule } from './eliminate-common-subexpressions.ts';
import { eliminateDeadCodeRule } from './eliminate-dead-code.ts';
import { eliminateIdentitiesRule } from './eliminate-identities.ts';
import { eliminateNoopCastsRule } from './eliminate-noop-casts.ts';
import { eliminateNoopReshapesRule } from './eliminate-noop-reshapes.ts';
import { eliminateNoopTransposesRule } from './eliminate-noop-transposes.ts';
import { foldConstantsPass } from './fold-constants.ts';
import { FUSION_PASSES, fuse } from './fuse.ts';
import { gatherShiftsRule } from './gather-shifts.ts';
import { joinShiftsRule } from './join-shifts.ts';
import { liftConstantsRule } from './lift-constants.ts';
import { mergeDuplicatesRule } from './merge-duplicates.ts';
import { mergeInitializersRule } from './merge-initializers.ts';
import { mergeShiftsRule } from './merge-shifts.ts';
import { rulePass } from './rule-pass.ts';
import { simplifyShapesRule } from './simplify-shapes.ts';
import { splitProductsRule } from './split-products.ts';

/** Every pass of this package, for a pipeline to name: the whole, then each rule alone; the fusions for a target likewise. */
export const CLEANUP_PASSES: readonly PassFactory[] = [
  cleanup,
  rulePass(eliminateDeadCodeRule),
  rulePass(liftConstantsRule),
  rulePass(eliminateIdentitiesRule),
  rulePass(eliminateNoopCastsRule),
  rulePass(eliminateNoopReshapesRule),
  rulePass(eliminateNoopTransposesRule),
  rulePass(simplifyShapesRule),
  rulePass(mergeDuplicatesRule),
  rulePass(eliminateCommonSubexpressionsRule),
  rulePass(mergeInitializersRule),
  foldConstantsPass,
  rulePass(mergeShiftsRule),
  rulePass(splitProductsRule),
  rulePass(canonicalizeNormsRule),
  fuse,
  ...FUSION_PASSES,
  rulePass(joinShiftsRule),
  rulePass(gatherShiftsRule),
];
