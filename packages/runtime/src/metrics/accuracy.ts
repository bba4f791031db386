import type { Example, Outputs } from '@sentei/data';
import { type Decision, decisionsOf, misfit } from './labels.ts';
import { type Metric, ratioMetric, type Share } from './metric.ts';

/** What is classified, and how near the right class has to be to the top. */
export interface AccuracyOptions {
  /** Output [classes], or [positions, classes] for a label at each position. */
  readonly output: string;
  /** The right class has to be among the `top` largest; 1 by default. */
  readonly top?: number | undefined;
}

/**
 * Share of decisions whose right class is among the `top` classes with the largest output. Of equal outputs the class with
 * the lower number comes first, so that a model that says the same for all classes is not right by being undecided.
 */
export function accuracy({ output, top = 1 }: AccuracyOptions): Metric<Share> {
  return ratioMetric({
    name: `top-${top} accuracy`,
    lowerIsBetter: false,
    outputs: [output],
    score(example: Example, outputs: readonly Outputs[]): Share {
      const decisions = decisionsOf(example, outputs, output);
      const [{ classes } = { classes: top + 1 }] = decisions;
      if (classes <= top) {
        throw misfit(example, `the right one of ${classes} classes is always among the first ${top}`);
      }
      return [decisions.filter((decision) => rankOfTarget(decision) < top).length, decisions.length];
    },
  });
}

function rankOfTarget({ scores, start, classes, target }: Decision): number {
  const own = scores[start + target] ?? Number.NaN;
  let before = 0;
  for (let index = 0; index < classes; index += 1) {
    const score = scores[start + index] ?? Number.NaN;
    if (score > own || (score === own && index < target)) before += 1;
  }
  return before;
}
