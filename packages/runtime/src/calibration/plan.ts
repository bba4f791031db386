import { z } from 'zod';

const name = z.string().min(1);

/** A tap with its values by name and every field filled in: what a worker is told and a statistics file says. */
export const plannedTap = z.strictObject({
  value: name,
  axis: z.int().min(-32).max(31).default(-1),
  mask: name.optional(),
  moments: z.enum(['feature', 'value']).optional(),
  gram: z.boolean().default(false),
  cross: z.array(name).max(1000).default([]),
  histogram: z
    .strictObject({ minimum: z.number(), maximum: z.number(), bins: z.int().min(1).max(1_000_000) })
    .refine(({ minimum, maximum }) => minimum < maximum, 'minimum must be less than maximum')
    .optional(),
  quantiles: z.strictObject({ bits: z.int().min(0).max(12) }).optional(),
  reservoir: z
    .strictObject({
      rows: z.int().min(1).max(1_000_000),
      seed: z
        .int()
        .min(0)
        .max(2 ** 32 - 1),
    })
    .optional(),
});

/** Taps as they stand in a JSON file. */
export const plannedTaps = z.array(plannedTap).min(1, 'no tap is given').max(100_000);

/** What is done about numbers that are not finite: stop, or leave their rows out and count them. */
export const NON_FINITE = ['refuse', 'skip'] as const;

/** Everything that decides what is computed from the values of a batch. */
export const plan = z.strictObject({ taps: plannedTaps, nonFinite: z.enum(NON_FINITE) });

/** A tap with its values by name and every field filled in. */
export type PlannedTap = z.output<typeof plannedTap>;
/** What is computed from the values of a batch. */
export type Plan = z.output<typeof plan>;

/** Every value that the plan reads, once. */
export function valuesOf({ taps }: Pick<Plan, 'taps'>): string[] {
  return [...new Set(taps.flatMap(({ value, mask, cross }) => [value, ...(mask ? [mask] : []), ...cross]))];
}

/** Whether a figure is kept for each feature, so that their number has to be the same in all batches. */
export function isByFeature({ moments, gram, cross, reservoir }: PlannedTap): boolean {
  return moments === 'feature' || gram || cross.length > 0 || reservoir !== undefined;
}
