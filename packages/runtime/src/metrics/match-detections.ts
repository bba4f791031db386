import type { Box, CategoryMatches, Detection, Truth } from './average-precision.ts';

/**
 * Says of each detection of an image whether it has found an object, at each threshold: the surest choose first, and each
 * takes the object of its category that it covers best and that no surer one has taken (as COCO's evaluation does).
 *
 * @param thresholds intersections over union, at most 32
 */
export function matchDetections(
  detections: readonly Detection[],
  truths: readonly Truth[],
  thresholds: readonly number[],
  maximum: number,
): readonly CategoryMatches[] {
  const categories = new Set([...detections, ...truths].map(({ category }) => category));
  return [...categories].map((category) => {
    const boxes = truths.filter((truth) => truth.category === category).map(({ box }) => box);
    const surest = detections
      .filter((detection) => detection.category === category)
      .toSorted((a, b) => b.score - a.score)
      .slice(0, maximum);
    const overlaps = surest.map(({ box }) => boxes.map((truth) => intersectionOverUnion(box, truth)));
    const found = new Array<number>(surest.length).fill(0);
    for (const [bit, threshold] of thresholds.entries()) {
      for (const index of matchedAt(overlaps, threshold)) found[index] = (found[index] ?? 0) + 2 ** bit;
    }
    return {
      category,
      truths: boxes.length,
      detections: surest.map(({ score }, index) => [score, found[index] ?? 0] as const),
    };
  });
}

/** Which detections, surest first, have found an object; of objects that are covered equally the last one is taken. */
function matchedAt(overlaps: readonly (readonly number[])[], threshold: number): number[] {
  const taken = new Set<number>();
  return [...overlaps.keys()].filter((detection) => {
    // COCO takes 1 - 1e-10 for a threshold of 1, which rounding would never reach.
    let best = Math.min(threshold, 1 - 1e-10);
    let choice: number | undefined;
    for (const [truth, overlap] of (overlaps[detection] ?? []).entries()) {
      if (taken.has(truth) || overlap < best) continue;
      [best, choice] = [overlap, truth];
    }
    if (choice !== undefined) taken.add(choice);
    return choice !== undefined;
  });
}

function intersectionOverUnion(a: Box, b: Box): number {
  const width = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0]));
  const height = Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  const intersection = width * height;
  const union = areaOf(a) + areaOf(b) - intersection;
  return union > 0 ? intersection / union : 0;
}

function areaOf([left, top, right, bottom]: Box): number {
  return Math.max(0, right - left) * Math.max(0, bottom - top);
}
