import type { PassFactory } from '@sentei/ir';
import { acp } from '@sentei/pass-acp';
import { CLEANUP_PASSES } from '@sentei/pass-cleanup';
import { collapse } from '@sentei/pass-collapse';

/** The passes that a pipeline can name. */
export const PASSES: readonly PassFactory[] = [...CLEANUP_PASSES, acp, collapse];

/** What `sentei prune` runs when it is not told otherwise. */
export const DEFAULT_PIPELINE = 'cleanup, acp, collapse, cleanup';
