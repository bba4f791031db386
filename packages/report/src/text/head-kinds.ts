import type { HeadReachFacts } from '../json/types.ts';
import { formatCount } from './format.ts';

export const HEAD_KINDS = ['local', 'medium', 'global'] as const;

/** `12 heads: 7 local, 2 medium, 3 global`. */
export function countHeadKinds(heads: readonly HeadReachFacts[]): string {
  const counts = HEAD_KINDS.map((kind) => [kind, heads.filter((head) => head.kind === kind).length] as const);
  const parts = counts
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${formatCount(count)} ${kind}`);
  return `${formatCount(heads.length)} ${heads.length === 1 ? 'head' : 'heads'}: ${parts.join(', ')}`;
}

/** Mean share of tiles that heads leave out at each length, shortest first. */
export function skippedByLength(
  heads: readonly HeadReachFacts[],
): { readonly length: number; readonly skipped: number }[] {
  const shares = new Map<number, number[]>();
  for (const { lengths } of heads)
    for (const { length, skipped } of lengths) shares.set(length, [...(shares.get(length) ?? []), skipped]);
  return [...shares]
    .sort(([a], [b]) => a - b)
    .map(([length, found]) => ({
      length,
      skipped: found.reduce((sum, share) => sum + share, 0) / found.length,
    }));
}
