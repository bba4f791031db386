import type { PatchRecord } from '@sentei/ir';
import type { PatchPlace, Report, SubBlockFacts } from '../json/types.ts';

/** What became of a part of the model. */
export type Fate = 'removed' | 'rewritten' | 'simplified' | 'kept';

/** Words for people, in the order of how much was changed. */
export const FATES: Readonly<Record<Fate, string>> = {
  removed: 'removed',
  rewritten: 'rewritten within a bound or budget',
  simplified: 'tidied up exactly',
  kept: 'kept as it was',
};

/** Decisions about a part, and what became of it. */
export interface PartHistory {
  readonly fate: Fate;
  /** In the order they were made. */
  readonly patches: readonly PatchRecord[];
  /** The one that says most: what changed the part, else what was tried on it and why that was not done. */
  readonly main: PatchRecord | undefined;
}

/** Tells what became of a residual branch from the nodes that are left and from the decisions about it. */
export function historyOf(part: SubBlockFacts, passes: Report['passes']): PartHistory {
  const patches = part.decisions.flatMap((place) => patchAt(place, passes) ?? []);
  const change = patches.findLast(
    ({ decision, guarantee }) => decision === 'applied' && guarantee !== 'exact',
  );
  const refusal = narrowest(patches.filter(({ decision }) => decision !== 'applied'));
  return { fate: fateOf(part, change), patches, main: change ?? refusal ?? patches.at(-1) };
}

/** Of decisions about a branch and about the block it is in, the one about the branch tells more of it. */
function narrowest(patches: readonly PatchRecord[]): PatchRecord | undefined {
  const extent = ({ nodes, nodeCount }: PatchRecord) => nodeCount ?? nodes.length;
  const least = Math.min(...patches.map(extent));
  return patches.findLast((patch) => extent(patch) === least);
}

function fateOf(part: SubBlockFacts, change: PatchRecord | undefined): Fate {
  if (part.nodesLeft === 0 && !part.mergeLeft) return 'removed';
  if (change !== undefined) return 'rewritten';
  return part.nodesLeft < part.nodes ? 'simplified' : 'kept';
}

function patchAt({ record, patch }: PatchPlace, passes: Report['passes']): PatchRecord | undefined {
  return passes[record]?.patches[patch];
}
