import type { Example, Outputs } from '@sentei/data';
import { decisionsOf, misfit, numberLabels, onlyOutput } from './labels.ts';
import type { Metric } from './metric.ts';
import { placeOfLargest, toNumbers } from './to-numbers.ts';

/** What is classified, and how classes are put together. */
export interface F1Options {
  /** Output [classes], or [positions, classes] for a label at each position. */
  readonly output: string;
  /**
   * `binary`: of the class `positive` alone. `macro`: the mean over classes, each counting the same. `micro`: of the counts
   * of all classes together. Default: `macro`.
   */
  readonly average?: 'binary' | 'macro' | 'micro' | undefined;
  /** Default: 1. */
  readonly positive?: number | undefined;
  /** Classes that are averaged over; by default all that occur in labels or predictions. Leaves out a class for "nothing". */
  readonly classes?: readonly number[] | undefined;
  /**
   * An output is one yes or no for each class, taken as yes above this: several labels may hold at once, and labels are lists
   * of 0 and 1; without classes axis it is one yes or no. Absent: the class with the largest output is the one predicted.
   */
  readonly threshold?: number | undefined;
}

/** How often a class was predicted rightly, predicted wrongly, and missed. */
export type ClassCounts = readonly [
  label: number,
  truePositive: number,
  falsePositive: number,
  missed: number,
];

type Counts = [truePositive: number, falsePositive: number, missed: number];

/** F1, `2 tp / (2 tp + fp + fn)` over all examples; 0 for a class that is never predicted rightly. */
export function f1(options: F1Options): Metric<readonly ClassCounts[]> {
  const { output, average = 'macro', positive = 1, classes, threshold } = options;
  const isCounted = (label: number): boolean =>
    average === 'binary' ? label === positive : (classes?.includes(label) ?? true);
  const figureOf = (totals: Iterable<readonly [label: number, counts: Counts]>): number => {
    const counted = [...totals].filter(([label]) => isCounted(label)).map(([, counts]) => counts);
    if (counted.length === 0) return 0;
    if (average === 'macro')
      return counted.reduce((sum, counts) => sum + ofCounts(counts), 0) / counted.length;
    return ofCounts(counted.reduce<Counts>(([a, b, c], [x, y, z]) => [a + x, b + y, c + z], [0, 0, 0]));
  };
  const weigh = (scores: readonly (readonly ClassCounts[])[]): ((counts: ArrayLike<number>) => number) => {
    const totalsOf = totalling(scores);
    return (counts) => figureOf(totalsOf(counts));
  };
  return {
    name: average === 'binary' ? 'F1' : `${average} F1`,
    lowerIsBetter: false,
    outputs: [output],
    score: (example, outputs) =>
      threshold === undefined
        ? countDecisions(example, outputs, output)
        : countIndicators(example, outputs, output, threshold),
    reduce: (scores) => weigh(scores)(new Uint8Array(scores.length).fill(1)),
    weigh,
  };
}

function ofCounts([truePositive, falsePositive, missed]: Counts): number {
  return truePositive === 0 ? 0 : (2 * truePositive) / (2 * truePositive + falsePositive + missed);
}

/** Lays the counts out once; then gives the totals of each class that a drawn example says something of. */
function totalling(
  scores: readonly (readonly ClassCounts[])[],
): (counts: ArrayLike<number>) => Iterable<readonly [label: number, counts: Counts]> {
  const labels = [...new Set(scores.flatMap((score) => score.map(([label]) => label)))];
  const places = new Map(labels.map((label, place) => [label, place]));
  const entries = scores.flatMap((score, index) =>
    score.map(([label, ...counts]) => [index, places.get(label) ?? 0, ...counts] as const),
  );
  // Five columns, since thousands of resamples read all of them.
  const [examples, classes, ...columns] = [0, 1, 2, 3, 4].map((column) =>
    Uint32Array.from(entries, (entry) => entry[column] ?? 0),
  );
  return (counts) => {
    const totals = labels.map(() => ({ weight: 0, counts: [0, 0, 0] as Counts }));
    for (let index = 0; index < entries.length; index += 1) {
      const weight = counts[examples?.[index] ?? 0] ?? 0;
      const total = totals[classes?.[index] ?? 0];
      if (weight === 0 || !total) continue;
      total.weight += weight;
      total.counts[0] += weight * (columns[0]?.[index] ?? 0);
      total.counts[1] += weight * (columns[1]?.[index] ?? 0);
      total.counts[2] += weight * (columns[2]?.[index] ?? 0);
    }
    return totals.flatMap(({ weight, counts: found }, place) =>
      weight > 0 ? [[labels[place] ?? 0, found] as const] : [],
    );
  };
}

class Confusion {
  readonly #counts = new Map<number, Counts>();

  add(label: number, kind: 0 | 1 | 2 | undefined): void {
    const counts = this.#counts.get(label) ?? [0, 0, 0];
    if (kind !== undefined) counts[kind] += 1;
    this.#counts.set(label, counts);
  }

  list(): ClassCounts[] {
    return [...this.#counts].map(([label, counts]) => [label, ...counts]);
  }
}

function countDecisions(example: Example, outputs: readonly Outputs[], output: string): ClassCounts[] {
  const confusion = new Confusion();
  for (const { scores, start, classes, target } of decisionsOf(example, outputs, output)) {
    const predicted = placeOfLargest(scores, start, classes);
    confusion.add(target, predicted === target ? 0 : 2);
    if (predicted !== target) confusion.add(predicted, 1);
  }
  return confusion.list();
}

/** One number stands for class 1 alone, several for a class each. */
function countIndicators(
  example: Example,
  outputs: readonly Outputs[],
  output: string,
  threshold: number,
): ClassCounts[] {
  const scores = toNumbers(onlyOutput(example, outputs, output));
  const labels = numberLabels(example);
  if (labels.length !== scores.length || labels.some((label) => label !== 0 && label !== 1)) {
    throw misfit(example, `${labels.length} labels do not say 0 or 1 for each of ${scores.length} outputs`);
  }
  const confusion = new Confusion();
  const count = (label: number, isPredicted: boolean, isTrue: boolean): void =>
    confusion.add(label, isPredicted ? (isTrue ? 0 : 1) : isTrue ? 2 : undefined);
  for (const [index, label] of labels.entries()) {
    const isPredicted = (scores[index] ?? Number.NaN) > threshold;
    if (labels.length > 1) count(index, isPredicted, label === 1);
    else {
      count(1, isPredicted, label === 1);
      count(0, !isPredicted, label === 0);
    }
  }
  return confusion.list();
}
