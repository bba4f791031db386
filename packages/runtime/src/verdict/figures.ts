import type { Validation } from '../validate.ts';
import type { AgreementFigure, AgreementStatistic } from '../validation/agreement.ts';
import type { MemoryFigure } from '../validation/memory.ts';
import type { QualityFigure } from '../validation/quality.ts';
import type { SpeedFigure } from '../validation/speed.ts';
import type { Figure, Quantity } from './types.ts';

/**
 * The figures that a validation gives a verdict to stand on. What could not be measured is listed as such where the reason is
 * known; a validation that is `impossible` gives none.
 */
export function figuresOf(validation: Validation): readonly Figure[] {
  if (validation.status !== 'done') return [];
  const { quality, agreement, speed, memory, leftOut } = validation;
  const measured = [
    ...quality.map(dropFigure),
    ...agreement.flatMap(agreementFigures),
    ...speed.map(speedFigure),
    ...(memory ? [memoryFigure(memory)] : []),
  ];
  const has = (quantity: Quantity) => measured.some((figure) => figure.quantity === quantity);
  // What the original itself cannot run is no fault of the candidate as long as something of the kind was measured.
  const missing = leftOut.flatMap(({ part, what, reason }): Figure[] => {
    const quantity = part === 'quality' ? 'drop' : part === 'speed' ? 'speed-up' : undefined;
    if (quantity === undefined || has(quantity)) return [];
    return [{ quantity, where: what, value: null, interval: null, reason }];
  });
  return [...measured, ...missing];
}

function dropFigure({ metric, where, shift, drop, interval }: QualityFigure): Figure {
  const quantity = shift === null ? 'drop' : 'shift drop';
  return { quantity, where: `${metric}, ${where}`, value: drop, interval };
}

function agreementFigures({ output, where, cosine, divergence, top1 }: AgreementFigure): Figure[] {
  const figure = (quantity: Quantity, statistic: AgreementStatistic | null): Figure[] =>
    statistic === null
      ? []
      : [
          {
            quantity,
            where: `output ${output}, ${where}`,
            value: statistic.mean,
            interval: statistic.interval,
          },
        ];
  return [
    ...figure('cosine similarity', cosine),
    ...figure('divergence', divergence),
    ...figure('top-1 agreement', top1),
  ];
}

function speedFigure({ label, speedup, comparison }: SpeedFigure): Figure {
  const { ratio = speedup.median, interval = null } = comparison ?? {};
  return { quantity: 'speed-up', where: label, value: ratio, interval };
}

function memoryFigure({ original, candidate, size }: MemoryFigure): Figure {
  const given = { quantity: 'memory ratio', where: size, interval: null } as const;
  for (const each of [original, candidate]) {
    if (each.status === 'unknown') return { ...given, value: null, reason: each.reason };
  }
  const [before, after] = [original, candidate].map((each) => (each.status === 'known' ? each.bytes : 0));
  return { ...given, value: (after ?? 0) / (before ?? 0) };
}
