import type { Validation } from '../validate.ts';
import type { AgreementFigure, AgreementStatistic } from '../validation/agreement.ts';
import type { QualityFigure } from '../validation/quality.ts';
import type { Budget } from '../verdict/budget.ts';
import { normalQuantile } from './normal-quantile.ts';
import type { RolloutInput, WatchedFigure } from './types.ts';

type Measured = Extract<Validation, { status: 'done' }>;

/**
 * What a validation has found, as far as a roll-out needs it: the loss of the metric, how far outputs agree, which takes no
 * labels, the slowest point, and the gates.
 *
 * @param needsLabels whether the metric compares with labels
 */
export function rolloutInput(validation: Measured, budget: Budget, needsLabels: boolean): RolloutInput {
  const { quality, agreement, speed, gates } = validation;
  const [gate] = Object.entries(gates);
  const ratios = speed.map(({ speedup }) => 1 / speedup.median);
  return {
    gates: gate === undefined ? null : { input: gate[0], skipped: gate[1] },
    figures: [
      ...quality.flatMap((figure) => lossOf(figure, budget.maxDrop, needsLabels)),
      ...agreement.flatMap((figure) => proxiesOf(figure, budget)),
    ],
    latency: {
      ratio: ratios.length > 0 ? Math.max(...ratios) : null,
      minSpeedup: budget.minSpeedup ?? null,
    },
  };
}

/** The standard deviation of one example's difference, from the width of the interval of their mean. */
function lossOf(
  { metric, lowerIsBetter, where, shift, examples, original, difference, interval }: QualityFigure,
  maxDrop: number | undefined,
  needsLabels: boolean,
): WatchedFigure[] {
  if (shift !== null || interval === null || !Number.isFinite(difference.value)) return [];
  const half = (difference.upper - difference.lower) / 2;
  const standardError = half / normalQuantile(1 - (1 - interval.confidence) / 2);
  return [
    {
      name: `loss of ${metric}, ${where}`,
      needsLabels,
      worse: 'higher',
      expected: lowerIsBetter ? difference.value : -difference.value,
      deviation: standardError * Math.sqrt(examples),
      budget: maxDrop === undefined ? null : maxDrop * Math.abs(original),
    },
  ];
}

function proxiesOf({ output, where, divergence, top1 }: AgreementFigure, budget: Budget): WatchedFigure[] {
  const watch = (
    name: string,
    worse: WatchedFigure['worse'],
    statistic: AgreementStatistic | null,
    limit: number | undefined,
  ): WatchedFigure[] => {
    if (statistic === null || !Number.isFinite(statistic.mean)) return [];
    const { mean, deviation } = statistic;
    const given = { needsLabels: false, worse, expected: mean, deviation, budget: limit ?? null };
    return [{ name: `${name} of ${output}, ${where}`, ...given }];
  };
  return [
    ...watch('divergence', 'higher', divergence, budget.maxKl),
    ...watch('top-1 agreement', 'lower', top1, budget.minTop1),
  ];
}
