import { parseOptions } from '@sentei/ir';
import { z } from 'zod';
import { middleOf } from './interval.ts';
import { isSteady, type WarmUp } from './steady.ts';

/** Milliseconds of each of `runs` runs. */
export type Timer = (runs: number) => Promise<readonly number[]>;

/** How long and how often models are timed. */
export interface PairSettings {
  /** The most runs of each model before anything is measured. */
  readonly warmUp?: number | undefined;
  /** Milliseconds after which the warm-up ends too, steady or not. Default: a quarter of the budget. */
  readonly warmUpMs?: number | undefined;
  /** The fewest rounds, whatever they cost. A round is one sample of each model. */
  readonly minimumRounds?: number | undefined;
  readonly maximumRounds?: number | undefined;
  /** A sample has as many runs as it takes to last this long, in milliseconds. */
  readonly minimumSampleMs?: number | undefined;
  /** Milliseconds after which no further round of a point begins, warm-up included. */
  readonly budgetMs?: number | undefined;
}

export const pairSettings = z.strictObject({
  warmUp: z.int().min(1).default(100),
  warmUpMs: z.number().min(0).optional(),
  minimumRounds: z.int().min(3).default(5),
  maximumRounds: z.int().min(3).default(100),
  minimumSampleMs: z.number().min(0).default(10),
  budgetMs: z.number().min(0).default(10_000),
});

/** What models that took turns were timed at. */
export interface Turns {
  /** Milliseconds of single runs, by model, then round. */
  readonly rounds: readonly (readonly (readonly number[])[])[];
  readonly runsPerSample: number;
  readonly warmUp: WarmUp;
}

const MOST_RUNS_PER_SAMPLE = 1000;

/** The median of each round's runs. */
export function samplesOf(rounds: readonly (readonly number[])[]): number[] {
  return rounds.map((runs) => middleOf(runs));
}

/**
 * Times models in turns: a warm-up until all of them are steady (see `isSteady`), then rounds of one sample each, where the
 * order is reversed every round (A B, B A, …), so that none profits from its place.
 *
 * @param now a clock in milliseconds, for the budget
 * @throws SenteiError `invalid-option`, or what the timers throw
 */
export async function takeTurns(
  timers: readonly Timer[],
  settings: PairSettings & { readonly onRound?: ((round: number) => void) | undefined },
  now: () => number,
): Promise<Turns> {
  const { onRound, ...given } = settings;
  const limits = parseOptions(pairSettings, given);
  const { warmUpMs = limits.budgetMs / 4 } = limits;
  const start = now();
  const { warmUp, fastest } = await warm(timers, limits.warmUp, () => now() - start < warmUpMs);
  const wanted = Math.ceil(limits.minimumSampleMs / Math.max(fastest, Number.EPSILON));
  const runsPerSample = Math.min(Math.max(wanted, 1), MOST_RUNS_PER_SAMPLE);

  const rounds = timers.map((): (readonly number[])[] => []);
  const order = timers.map((timer, index) => ({ timer, taken: rounds[index] }));
  const hasTime = (round: number): boolean => round < limits.maximumRounds && now() - start < limits.budgetMs;
  for (let round = 0; round < limits.minimumRounds || hasTime(round); round += 1) {
    for (const { timer, taken } of round % 2 === 0 ? order : order.toReversed())
      taken?.push(await timer(runsPerSample));
    onRound?.(round + 1);
  }
  return { rounds, runsPerSample, warmUp };
}

async function warm(
  timers: readonly Timer[],
  mostRuns: number,
  hasTime: () => boolean,
): Promise<{ readonly warmUp: WarmUp; readonly fastest: number }> {
  const taken = timers.map((timer) => ({ timer, times: [] as number[] }));
  const allSteady = (): boolean => taken.every(({ times }) => isSteady(times));
  let runs = 0;
  for (; runs === 0 || (runs < mostRuns && hasTime() && !allSteady()); runs += 1) {
    for (const { timer, times } of taken) times.push(...(await timer(1)));
  }
  const fastest = Math.min(...taken.flatMap(({ times }) => times));
  return { warmUp: { runs, isSteady: allSteady() }, fastest };
}
