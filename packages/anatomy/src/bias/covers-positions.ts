import type { Dimension } from '@sentei/ir';

/**
 * Whether a bias whose axis has `extent` entries covers `positions` of them in every run that works at all. A table of more
 * than one entry that is cut to the length, from its start or from its end, is either as long as that or fails to add up.
 */
export function coversPositions(extent: Dimension | undefined, positions: Dimension): boolean {
  if (extent == null || positions === null) return false;
  if (extent === positions) return true;
  const length = String(positions);
  const [, table] = /^min\((\d+),/.exec(String(extent)) ?? /^max\(0,(\d+)-/.exec(String(extent)) ?? [];
  if (table === undefined || Number(table) < 2) return false;
  return [
    `min(${table},${length})`,
    `max(0,${table}-min(${table},max(0,${table}-${length})))`,
    `max(0,${table}-max(0,${table}-${length}))`,
  ].includes(String(extent));
}
