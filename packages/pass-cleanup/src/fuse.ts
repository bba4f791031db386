import { eliminateDeadCodeRule } from './eliminate-dead-code.ts';
import { createFuseActivationsRule } from './fuse-activations.ts';
import { createFuseNormsRule } from './fuse-norms.ts';
import { createFuseSkipNormsRule } from './fuse-skip-norms.ts';
import type { Target } from './fusing/kernels.ts';
import { targetPass } from './fusing/target-pass.ts';
import { gatherShiftsRule } from './gather-shifts.ts';
import { joinShiftsRule } from './join-shifts.ts';
import { createMergeProductsRule } from './merge-products.ts';
import type { Rule } from './types.ts';

function fusions(target: Target): Rule[] {
  return [
    createFuseNormsRule(target),
    createFuseSkipNormsRule(target),
    createFuseActivationsRule(target),
    // On the CPU the Split costs what the shared nodes save.
    ...(target === 'cuda' ? [joinShiftsRule] : []),
    createMergeProductsRule(target),
    ...(target === 'cuda' ? [gatherShiftsRule] : []),
    eliminateDeadCodeRule,
  ];
}

/** Fewer and larger operators for one execution provider, where it has kernels for them. */
export const fuse = targetPass(
  'fuse',
  'Puts norms, residual sums and activations into single operators that the target has kernels for.',
  fusions,
);

/** The rules of `fuse`, each as a pass of its own. */
export const FUSION_PASSES = [
  targetPass('fuse-norms', 'Puts the nodes of a decomposed norm into one operator.', (target) => [
    createFuseNormsRule(target),
  ]),
  targetPass('fuse-skip-norms', 'Puts a residual sum and the norm after it into one operator.', (target) => [
    createFuseSkipNormsRule(target),
  ]),
  targetPass('fuse-activations', 'Puts the nodes of an activation into one operator.', (target) => [
    createFuseActivationsRule(target),
  ]),
  targetPass(
    'merge-products',
    'Puts weights that multiply the same value side by side, into one product.',
    (target) => [createMergeProductsRule(target)],
  ),
] as const;
