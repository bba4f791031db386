import type { Feeds } from '@sentei/data';
import { parseOptions } from '@sentei/ir';
import { median } from 'simple-statistics';
import { z } from 'zod';
import { type EngineOptions, GRAPH_OPTIMIZATION_LEVELS, startEngine } from '../process/engine.ts';
import type { GraphOptimizationLevel } from '../process/protocol.ts';
import { pairedRatios, type Summary, summarize } from './statistics.ts';

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
  readonly rounds: number;
  readonly runsPerSample: number;
}

/** How long and how often two models are timed. */
export interface PairSettings {
  /** Runs of each model before anything is measured, cut short when they would take a quarter of the budget. */
  readonly warmUp?: number | undefined;
  /** The fewest rounds, whatever they cost. A round is one sample of each model. */
  readonly minimumRounds?: number | undefined;
  readonly maximumRounds?: number | undefined;
  /** A sample has as many runs as it takes to last this long, in milliseconds. */
  readonly minimumSampleMs?: number | undefined;
  /** Milliseconds after which no further round of a point begins. */
  readonly budgetMs?: number | undefined;
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

/** Milliseconds of each of `runs` runs. */
export type Timer = (runs: number) => Promise<readonly number[]>;

const MOST_RUNS_PER_SAMPLE = 1000;

const pairSettings = z.object({
  warmUp: z.int().min(1).default(10),
  minimumRounds: z.int().min(3).default(5),
  maximumRounds: z.int().min(3).default(100),
  minimumSampleMs: z.number().min(0).default(10),
  budgetMs: z.number().min(0).default(10_000),
});

const benchmarkOptions = z.object({
  points: z.array(z.object({ label: z.string() })).min(1),
  graphOptimizationLevel: z.enum(GRAPH_OPTIMIZATION_LEVELS).default('all'),
});

/**
 * Times two models against each other: warm-up, then rounds of one sample each, where the model that goes first
 * changes every round so that neither profits from its place.
 *
 * @param now a clock in milliseconds, for the budget
 * @throws SenteiError `invalid-option`, or what the timers throw
 */
export async function timePair(
  timers: { readonly original: Timer; readonly candidate: Timer },
  settings: PairSettings & { readonly onRound?: ((round: number) => void) | undefined },
  now: () => number,
): Promise<Omit<PairTiming, 'label'>> {
  const { onRound, ...given } = settings;
  const { warmUp, minimumRounds, maximumRounds, minimumSampleMs, budgetMs } = parseOptions(
    pairSettings,
    given,
  );
  const start = now();
  let fastest = Number.POSITIVE_INFINITY;
  for (let run = 0; run < warmUp && (run === 0 || now() - start < budgetMs / 4); run += 1) {
    const [a = 0] = await timers.original(1);
    const [b = 0] = await timers.candidate(1);
    fastest = Math.min(fastest, a, b);
  }
  const wanted = Math.ceil(minimumSampleMs / Math.max(fastest, Number.EPSILON));
  const runsPerSample = Math.min(Math.max(wanted, 1), MOST_RUNS_PER_SAMPLE);
  const sample = async (timer: Timer): Promise<number> => median([...(await timer(runsPerSample))]);

  const original: number[] = [];
  const candidate: number[] = [];
  const hasTime = (): boolean => original.length < maximumRounds && now() - start < budgetMs;
  while (original.length < minimumRounds || hasTime()) {
    const isOriginalFirst = original.length % 2 === 0;
    if (isOriginalFirst) original.push(await sample(timers.original));
    candidate.push(await sample(timers.candidate));
    if (!isOriginalFirst) original.push(await sample(timers.original));
    onRound?.(original.length);
  }
  return {
    original: summarize(original),
    candidate: summarize(candidate),
    speedup: summarize(pairedRatios(original, candidate)),
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
  const { warmUp, minimumRounds, maximumRounds, minimumSampleMs, budgetMs } = options;
  const settings = { warmUp, minimumRounds, maximumRounds, minimumSampleMs, budgetMs };
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
