import type { PassFactory } from '@sentei/ir';
import { acp } from '@sentei/pass-acp';
import { CLEANUP_PASSES } from '@sentei/pass-cleanup';
import { collapse } from '@sentei/pass-collapse';

/** The passes that a pipeline can name. */
export const PASSES: readonly PassFactory[] = [...CLEANUP_PASSES, acp, collapse];

/** What a result can be made for. */
export const TARGETS = ['cpu', 'cuda'] as const;

/** What runs the result. */
export type Target = (typeof TARGETS)[number];

/** What `sentei prune` runs when it is not told otherwise. */
export const DEFAULT_PIPELINE = 'cleanup, acp, collapse, cleanup';

/** On a GPU the number of nodes counts as much as their work. */
const CUDA_PASSES = ['cleanup', 'acp', 'collapse', 'fuse', 'cleanup'] as const;

/**
 * The pipeline for a target: every pass that makes a difference between targets is told which.
 *
 * @param factories passes there are; what is not among them is left out
 */
export function defaultPipeline(target: Target, factories: readonly PassFactory[] = PASSES): string {
  if (target === 'cpu') return DEFAULT_PIPELINE;
  const steps = CUDA_PASSES.flatMap((id) => {
    const factory = factories.find((each) => each.id === id);
    if (factory === undefined) return [];
    return 'target' in factory.schema.shape ? `${id}{target=${target}}` : id;
  });
  return steps.join(', ');
}
