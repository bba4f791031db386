import type { ModelPlacements, Placement } from '@sentei/runtime';
import { formatCount, formatList, formatMilliseconds } from '../text/format.ts';

/** Kinds of nodes that are named; a file has them all. */
const MOST_NAMED = 6;

/** Says in one line for each model where its nodes ran, and what that took. */
export function describePlacements({ label, original, candidate }: ModelPlacements): string[] {
  const models = [['original', original] as const, ...(candidate ? [['pruned', candidate] as const] : [])];
  return models.map(([name, placement]) => `${name} at ${label}: ${describe(placement)}`);
}

function describe(placement: Placement): string {
  const { executionProvider, ran, exceptions, copies, times } = placement;
  const all = Object.values(ran).reduce((total, count) => total + count, 0);
  const here = `${formatCount(all - exceptions.length)} of ${formatCount(all)} nodes on ${executionProvider}`;
  const moved = `${formatCount(copies.toDevice)} copies to it and ${formatCount(copies.toHost)} back`;
  const spent = `kernels ${formatMilliseconds(times.kernels)}, transfers ${formatMilliseconds(times.transfers)} a run, each node waited for`;
  return [here, ...describeExceptions(placement), moved, spent].join('; ');
}

function describeExceptions({ exceptions, unreached }: Placement): string[] {
  const parts = (['shape computation', 'no kernel'] as const).flatMap((reason) => {
    const found = exceptions.filter((each) => each.reason === reason);
    const kinds = [...new Set(found.map(({ opType }) => opType))].sort();
    return found.length === 0
      ? []
      : [`${formatCount(found.length)} elsewhere for ${reason} (${formatList(kinds, MOST_NAMED)})`];
  });
  return unreached.length === 0
    ? parts
    : [...parts, `${formatCount(unreached.length)} elsewhere that no run reached`];
}
