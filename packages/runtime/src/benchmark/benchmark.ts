import type { Feeds } from '@sentei/data';
import { parseOptions } from '@sentei/ir';
import { z } from 'zod';
import { type EngineOptions, GRAPH_OPTIMIZATION_LEVELS, startEngine } from '../process/engine.ts';
import type { GraphOptimizationLevel } from '../process/protocol.ts';
import { type Comparison, comparePairs } from './comparison.ts';
import { pairedRatios, type Summary, summarize } from './statistics.ts';
import { type PairSettings, pairSettings, samplesOf, type Timer, takeTurns } from './take-turns.ts';

export type { PairSettings, Timer } from './take-turns.ts';

/** One size of input to compare the models at. */
export interface BenchmarkPoint {
  readonly label: string;
  readonly feeds: Feeds;
}

/** Times of two models on the same inputs, taken in turn. */
export interface PairTiming {
  readonly label: string;
  /** Milliseconds per run; each sample is the median of `runsPerSample` runs. */
  readonly original: Summary;
  readonly candidate: Summary;
  /** Time of the original over time of the candidate, per round: 2 means that the candidate takes half the time. */
  readonly speedup: Summary;
  /** Interval and verdict of the speedup; absent where there were too few rounds for one (six are enough). */
  readonly comparison?: Comparison | undefined;
  readonly rounds: number;
  readonly runsPerSample: number;
}

/** Two model files, and the inputs and settings to time them at. */
export interface BenchmarkOptions extends EngineOptions, PairSettings {
  /** Model files. */
  readonly original: string;
  readonly candidate: string;
  readonly points: readonly BenchmarkPoint[];
  readonly graphOptimizationLevel?: GraphOptimizationLevel | undefined;
  /** Called after each round with the point it belongs to. */
  readonly onRound?: ((label: string, round: number) => void) | undefined;
}

/** Times of two models at every point, with the settings they hold for. */
export interface PairBenchmark {
  readonly threads: number;
  readonly graphOptimizationLevel: GraphOptimizationLevel;
  /** Version of ONNX Runtime. */
  readonly runtimeVersion: string;
  readonly points: readonly PairTiming[];
}

const benchmarkOptions = z.object({
  points: z.array(z.object({ label: z.string() })).min(1),
  graphOptimizationLevel: z.enum(GRAPH_OPTIMIZATION_LEVELS).default('all'),
});

/**
 * Times two models against each other: warm-up until both are steady, then rounds of one sample each, where the model that
 * goes first changes every round so that neither profits from its place.
 *
 * @param now a clock in milliseconds, for the budget
 * @throws SenteiError `invalid-option`, or what the timers throw
 */
export async function timePair(
  timers: { readonly original: Timer; readonly candidate: Timer },
  settings: PairSettings & {
    readonly onRound?: ((round: number) => void) | undefined;
    readonly confidence?: number | undefined;
  },
  now: () => number,
): Promise<Omit<PairTiming, 'label'>> {
  const { confidence, ...turns } = settings;
  const { rounds, runsPerSample } = await takeTurns([timers.original, timers.candidate], turns, now);
  const [original = [], candidate = []] = rounds.map(samplesOf);
  return {
    original: summarize(original),
    candidate: summarize(candidate),
    speedup: summarize(pairedRatios(original, candidate)),
    comparison: comparePairs([original], [candidate], { confidence }),
    rounds: original.length,
    runsPerSample,
  };
}

/**
 * Compares the speed of two model files on the same feeds: each in one process of its own with the same settings,
 * both alive at once, taking turns in one run.
 *
 * @throws SenteiError `invalid-option`, `invalid-data` when feeds do not fit both models, or what `startEngine` and
 *   `Engine.load` throw
 */
export async function benchmarkPair(options: BenchmarkOptions): Promise<PairBenchmark> {
  const { graphOptimizationLevel } = parseOptions(benchmarkOptions, options);
  const { original, candidate, points, onRound, threads, timeoutMs, signal, executionProvider, tf32 } =
    options;
  const { warmUp, warmUpMs, minimumRounds, maximumRounds, minimumSampleMs, budgetMs } = options;
  const settings = { warmUp, warmUpMs, minimumRounds, maximumRounds, minimumSampleMs, budgetMs };
  parseOptions(pairSettings, settings);
  const engine = await startEngine({ threads, timeoutMs, signal, executionProvider, tf32 });
  try {
    const first = await engine.load(original, { graphOptimizationLevel });
    const second = await engine.load(candidate, { graphOptimizationLevel });
    const timings: PairTiming[] = [];
    for (const { label, feeds } of points) {
      const timers = {
        original: (runs: number) => first.time(feeds, runs),
        candidate: (runs: number) => second.time(feeds, runs),
      };
      const hooks = { onRound: (round: number) => onRound?.(label, round) };
      timings.push({
        label,
        ...(await timePair(timers, { ...settings, ...hooks }, () => performance.now())),
      });
    }
    return {
      threads: engine.threads,
      graphOptimizationLevel,
      runtimeVersion: engine.runtime.version,
      points: timings,
    };
  } finally {
    await engine.close();
  }
}
