import { setTimeout as wait } from 'node:timers/promises';
import { type Comparison, comparePairs } from '../benchmark/comparison.ts';
import type { IntervalOptions } from '../benchmark/interval.ts';
import { type Summary, summarize } from '../benchmark/statistics.ts';
import type { Timer } from '../benchmark/take-turns.ts';
import type { EnergyMeter } from './meter.ts';

/** Energy of one model at one point. */
export interface EnergyFigure {
  /** Joules per inference over the windows, with everything else that the machine did meanwhile. */
  readonly joules: Summary;
  /** The same without what the machine uses when idle for as long; never below 0. */
  readonly joulesAboveIdle: Summary;
  /** Inferences in all windows together. */
  readonly runs: number;
}

/** Energy of models that took turns. */
export interface EnergyComparison {
  /** In the order of the timers. */
  readonly figures: readonly EnergyFigure[];
  /** Of the first over the second, idle power included; absent for one model. */
  readonly comparison?: Comparison | undefined;
  readonly idleWatts: number;
  readonly method: string;
}

const ROUNDS = 6;
/** Milliseconds of runs that are asked for at a time. */
const BATCH_MS = 100;

/**
 * Measures energy per inference: idle power first, then six windows of each model, in turns whose order is reversed every
 * round. In a window the model runs without a pause.
 *
 * @param windowMs length of a window; the meter's own is the shortest that it resolves
 * @throws what the timers and the meter throw
 */
export async function measureEnergy(
  meter: EnergyMeter,
  timers: readonly Timer[],
  { windowMs = meter.windowMs, ...interval }: IntervalOptions & { readonly windowMs?: number } = {},
): Promise<EnergyComparison> {
  const endIdle = await meter.start();
  await wait(windowMs);
  const idle = await endIdle();
  const idleWatts = idle.joules / (idle.milliseconds / 1000);
  const taken = timers.map((timer) => ({ timer, total: [] as number[], net: [] as number[], runs: 0 }));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const side of round % 2 === 0 ? taken : taken.toReversed()) {
      const { joules, milliseconds, runs } = await spendWindow(meter, side.timer, windowMs);
      side.total.push(joules / runs);
      side.net.push(Math.max(0, joules - (idleWatts * milliseconds) / 1000) / runs);
      side.runs += runs;
    }
  }
  const [first, second] = taken;
  return {
    figures: taken.map(({ total, net, runs }) => ({
      joules: summarize(total),
      joulesAboveIdle: summarize(net),
      runs,
    })),
    ...(first && second && { comparison: comparePairs([first.total], [second.total], interval) }),
    idleWatts,
    method: meter.method,
  };
}

async function spendWindow(
  meter: EnergyMeter,
  timer: Timer,
  windowMs: number,
): Promise<{ readonly joules: number; readonly milliseconds: number; readonly runs: number }> {
  const [once = BATCH_MS] = await timer(1);
  const batch = Math.max(1, Math.round(BATCH_MS / Math.max(once, Number.EPSILON)));
  const end = await meter.start();
  let runs = 0;
  try {
    const begin = performance.now();
    do {
      runs += (await timer(Math.min(batch, 10_000))).length;
    } while (performance.now() - begin < windowMs);
  } catch (error) {
    // A meter may have a process of its own.
    await end().catch(() => undefined);
    throw error;
  }
  return { ...(await end()), runs };
}
