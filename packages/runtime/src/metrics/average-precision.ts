import type { Example, Outputs } from '@sentei/data';
import { matchDetections } from './match-detections.ts';
import type { Metric } from './metric.ts';

/** Left, top, right and bottom, in any unit that detections and truth share. */
export type Box = readonly [left: number, top: number, right: number, bottom: number];

/** An object that is in an image. */
export interface Truth {
  readonly box: Box;
  readonly category: number;
}

/** An object that a model sees in an image. */
export interface Detection extends Truth {
  /** Larger is surer. */
  readonly score: number;
}

/** How outputs and labels become boxes, which no shape tells, and what is counted as found. */
export interface AveragePrecisionOptions {
  /** The boxes that outputs stand for: the user's decoder, with its suppression of doubles. */
  detections(example: Example, outputs: readonly Outputs[]): readonly Detection[];
  /** The boxes that a label stands for. */
  truths(example: Example): readonly Truth[];
  /** Outputs that `detections` reads. Default: all. */
  readonly outputs?: readonly string[] | undefined;
  /** Intersections over union from which a detection has found an object. Default: 0.5, 0.55, … 0.95. */
  readonly thresholds?: readonly number[] | undefined;
  /** Detections of one category in one image that count, the surest ones. Default: 100. */
  readonly maximum?: number | undefined;
}

/** What one image has of one category. */
export interface CategoryMatches {
  readonly category: number;
  readonly truths: number;
  /** Surest first; bit t of `found` says whether it found an object at threshold t. */
  readonly detections: readonly (readonly [score: number, found: number])[];
}

export const COCO_THRESHOLDS = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95] as const;

/** Recalls are multiples of 0.01 as floats round them, as in COCO's own program. */
const RECALL_POINTS = 101;

/**
 * Mean average precision as COCO defines it: for each category and threshold, precision at the 101 recalls 0, 0.01, … 1, each
 * being the largest precision at that recall or beyond, and 0 where it is not reached; the mean over these, over thresholds,
 * and over categories that have objects. COCO's crowds and size ranges are not taken into account.
 */
export function averagePrecision(options: AveragePrecisionOptions): Metric<readonly CategoryMatches[]> {
  const { detections, truths, outputs, thresholds = COCO_THRESHOLDS, maximum = 100 } = options;
  return {
    name: 'mean average precision',
    lowerIsBetter: false,
    outputs,
    score: (example, given) =>
      matchDetections(detections(example, given), truths(example), thresholds, maximum),
    reduce: (scores) => gather(scores, thresholds.length)(new Uint8Array(scores.length).fill(1)),
    weigh: (scores) => gather(scores, thresholds.length),
  };
}

interface Gathered {
  /** Of each image with the category, its index and number of objects. */
  readonly truths: (readonly [image: number, count: number])[];
  readonly detections: { readonly image: number; readonly score: number; readonly found: number }[];
}

/** Sorts once; equal scores stay in the order of images, as in COCO's stable sort. */
function gather(
  scores: readonly (readonly CategoryMatches[])[],
  thresholds: number,
): (counts: ArrayLike<number>) => number {
  const categories = new Map<number, Gathered>();
  for (const [image, matches] of scores.entries()) {
    for (const { category, truths, detections } of matches) {
      const gathered = categories.get(category) ?? { truths: [], detections: [] };
      gathered.truths.push([image, truths]);
      for (const [score, found] of detections) gathered.detections.push({ image, score, found });
      categories.set(category, gathered);
    }
  }
  for (const { detections } of categories.values()) detections.sort((a, b) => b.score - a.score);
  return (counts) => {
    let [sum, present] = [0, 0];
    for (const gathered of categories.values()) {
      const objects = gathered.truths.reduce(
        (total, [image, count]) => total + count * (counts[image] ?? 0),
        0,
      );
      if (objects === 0) continue;
      present += 1;
      for (let bit = 0; bit < thresholds; bit += 1)
        sum += precisionOf(gathered, counts, objects, bit) / thresholds;
    }
    // Without objects there is nothing to find: the figure is undefined.
    return sum / present;
  };
}

function precisionOf(
  { detections }: Gathered,
  counts: ArrayLike<number>,
  objects: number,
  bit: number,
): number {
  let [seen, found] = [0, 0];
  const points: [recall: number, precision: number][] = [];
  for (const { image, found: bits } of detections) {
    const count = counts[image] ?? 0;
    const isFound = Math.floor(bits / 2 ** bit) % 2 === 1;
    // An image that stands there several times brings each of its detections as often, one after the other.
    for (let copy = 0; copy < count; copy += 1) {
      seen += 1;
      if (isFound) found += 1;
      points.push([found / objects, found / seen]);
    }
  }
  let best = 0;
  let next = points.length - 1;
  let total = 0;
  for (let point = RECALL_POINTS - 1; point >= 0; point -= 1) {
    const recall = point * 0.01;
    for (; next >= 0 && (points[next]?.[0] ?? 0) >= recall; next -= 1) {
      best = Math.max(best, points[next]?.[1] ?? 0);
    }
    total += best;
  }
  return total / RECALL_POINTS;
}
