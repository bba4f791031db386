import { type Dimension, minimumDimension } from '@sentei/ir';

/**
 * Whether a bias whose axis has `extent` entries covers `positions` of them in every run that works at all. A table of more
 * than one entry that is cut to the length, min(n, length), is either as long as that or fails to add up.
 */
export function coversPositions(extent: Dimension | undefined, positions: Dimension): boolean {
  if (extent == null || positions === null) return false;
  if (extent === positions) return true;
  const found = /^min\((\d+),|,(\d+)\)$/.exec(String(extent));
  const size = Number(found?.[1] ?? found?.[2] ?? 0);
  return size > 1 && extent === minimumDimension(size, positions);
}
