import { loadavg } from 'node:os';
import type { Feeds } from '@sentei/data';
import { type Progress, parseOptions, SenteiError } from '@sentei/ir';
import { z } from 'zod';
import { type EnergyComparison, measureEnergy } from '../energy/measure-energy.ts';
import { type EnergySources, type FoundMeter, findEnergyMeter } from '../energy/meter.ts';
import { describeMachine } from '../machine/machine.ts';
import { type ModelPlacements, placeModels } from '../placement/place-models.ts';
import {
  type EngineOptions,
  EXECUTION_PROVIDERS,
  GRAPH_OPTIMIZATION_LEVELS,
  startEngine,
} from '../process/engine.ts';
import type { GraphOptimizationLevel, ValueSignature } from '../process/protocol.ts';
import { figureOf, type PointMeasurements } from './figure.ts';
import { measureStart, type Start } from './measure-start.ts';
import { findPlaces, type Place, type PointSource } from './places.ts';
import { defaultPoints } from './points.ts';
import { type Timer, takeTurns } from './take-turns.ts';
import type { BenchmarkFigure, ModelBenchmark } from './types.ts';

/** What `benchmarkModels` measures and how. */
export interface ModelBenchmarkOptions extends EngineOptions {
  /** Model files. One alone is measured too. */
  readonly original: string;
  readonly candidate?: string | undefined;
  /** Default: made up at a few sizes. */
  readonly points?: PointSource | undefined;
  /** Fed to the candidate for inputs that the original does not have, such as its gates. */
  readonly constants?: Feeds | undefined;
  /** Default: `all` and `disabled`. */
  readonly graphOptimizationLevels?: readonly GraphOptimizationLevel[] | undefined;
  /** Fresh pairs of processes that the rounds of a point are spread over. Default: 5. */
  readonly processes?: number | undefined;
  /** Rounds of a point, three per process at least; then the budget does not matter. */
  readonly rounds?: number | undefined;
  /** Milliseconds of rounds for one point at one level; warming up may take as long again. Default: 10,000. */
  readonly budgetMs?: number | undefined;
  /** A sample has as many runs as it takes to last this long, in milliseconds. Default: 10. */
  readonly minimumSampleMs?: number | undefined;
  /** Cold starts of each model at the first point of a level; one at the others. Default: 6. */
  readonly starts?: number | undefined;
  /** Where to look for energy counters, or `false` to measure no energy. */
  readonly energy?: EnergySources | false | undefined;
  readonly confidence?: number | undefined;
  /** Of the bootstrap. */
  readonly seed?: number | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

const FEWEST_ROUNDS = 6;

const schema = z.object({
  original: z.string().min(1),
  candidate: z.string().min(1).optional(),
  graphOptimizationLevels: z
    .array(z.enum(GRAPH_OPTIMIZATION_LEVELS))
    .min(1)
    .refine((levels) => new Set(levels).size === levels.length, 'a level is given twice')
    .default(['all', 'disabled']),
  executionProvider: z.enum(EXECUTION_PROVIDERS).default('cpu'),
  processes: z.int().min(1).max(100).default(5),
  rounds: z.int().min(FEWEST_ROUNDS).max(100_000).optional(),
  budgetMs: z.number().min(0).default(10_000),
  minimumSampleMs: z.number().min(0).default(10),
  starts: z.int().min(1).max(1000).default(6),
  confidence: z.number().gt(0).lt(1).default(0.95),
  seed: z.int().default(1),
});

/**
 * Measures one model, or two against each other: latency in turns with both alive, each in a process of its own, spread over
 * several fresh pairs of processes; cold starts and peak memory in further processes that live for one measurement; energy
 * where the machine tells it. Points that the original does not run are left out and listed.
 *
 * @throws SenteiError `invalid-option`, `invalid-data` when feeds do not fit, `unsupported-model` when none can be made up;
 *   what `startEngine`, `Engine.load` and runs throw when the original runs no point or the candidate fails at one
 */
export async function benchmarkModels(options: ModelBenchmarkOptions): Promise<ModelBenchmark> {
  return new Benchmark(options).run();
}

class Benchmark {
  readonly #settings: z.output<typeof schema>;
  readonly #options: ModelBenchmarkOptions;
  readonly #engine: EngineOptions;
  readonly #paths: readonly string[];
  readonly #leftOut: ModelBenchmark['leftOut'][number][] = [];
  #failure: SenteiError | undefined;
  #meter: FoundMeter = { status: 'unknown', reason: 'nothing was measured' };
  #done = 0;
  #total = 1;

  constructor(options: ModelBenchmarkOptions) {
    this.#options = options;
    this.#settings = parseOptions(schema, options);
    const { original, candidate, executionProvider } = this.#settings;
    this.#paths = candidate === undefined ? [original] : [original, candidate];
    const { threads, timeoutMs, signal, environment, onPrint, tf32 } = options;
    this.#engine = { threads, timeoutMs, signal, environment, onPrint, executionProvider, tf32 };
  }

  async run(): Promise<ModelBenchmark> {
    const { graphOptimizationLevels, processes, executionProvider, confidence, seed } = this.#settings;
    const before = loadavg()[0] ?? Number.NaN;
    const machine = await describeMachine();
    const { places, threads, runtimeVersion } = await this.#preparePlaces();
    this.#meter = await this.#findMeter();
    this.#total = graphOptimizationLevels.length * places.length * (1 + processes);
    const figures: BenchmarkFigure[] = [];
    for (const level of graphOptimizationLevels) figures.push(...(await this.#measure(level, places)));
    if (figures.length === 0 && this.#failure !== undefined) throw this.#failure;
    const placement = await this.#place(figures[0], places);
    this.#say('done');
    const { original, candidate } = this.#settings;
    const meter = this.#meter;
    return {
      original,
      candidate,
      figures,
      leftOut: this.#leftOut,
      energy: meter.status === 'found' ? { status: 'measured', method: meter.meter.method } : meter,
      threads,
      executionProvider,
      tf32: this.#engine.tf32 ?? true,
      placement,
      processes,
      confidence,
      seed,
      machine,
      runtimeVersion,
      load: { before, after: loadavg()[0] ?? Number.NaN },
    };
  }

  async #findMeter(): Promise<FoundMeter> {
    const { energy } = this.#options;
    if (energy === false) return { status: 'unknown', reason: 'it was not asked for' };
    return findEnergyMeter(this.#settings.executionProvider, energy);
  }

  /** Once the first run is known to work, and never while something is timed. */
  async #place(
    figure: BenchmarkFigure | undefined,
    places: readonly Place[],
  ): Promise<ModelPlacements | null> {
    const { original, candidate, executionProvider } = this.#settings;
    const place = places.find(({ label }) => label === figure?.label);
    if (executionProvider === 'cpu' || figure === undefined || place === undefined) return null;
    const { graphOptimizationLevel } = figure;
    this.#say(`${graphOptimizationLevel}: placement of nodes`);
    const [feeds = {}, others = {}] = place.feeds;
    const files = {
      original: { path: original, feeds },
      candidate: candidate === undefined ? undefined : { path: candidate, feeds: others },
    };
    const { tf32, timeoutMs, signal } = this.#engine;
    return placeModels(place.label, files, {
      executionProvider,
      graphOptimizationLevel,
      tf32,
      timeoutMs,
      signal,
    });
  }

  async #preparePlaces() {
    const { points = defaultPoints, constants } = this.#options;
    const engine = await startEngine(this.#engine);
    try {
      const signatures: (readonly ValueSignature[])[] = [];
      for (const path of this.#paths) {
        const session = await engine.load(path, { graphOptimizationLevel: 'disabled' });
        signatures.push(session.inputs);
        await session.release();
      }
      const places = await findPlaces(points, signatures, constants);
      return { places, threads: engine.threads, runtimeVersion: engine.runtime.version };
    } finally {
      await engine.close();
    }
  }

  async #measure(level: GraphOptimizationLevel, places: readonly Place[]): Promise<BenchmarkFigure[]> {
    const measured: { readonly place: Place; readonly point: PointMeasurements }[] = [];
    for (const place of places) {
      this.#say(`${level}: starts at ${place.label}`);
      const starts = await this.#measureStarts(level, place, measured.length === 0);
      if (starts !== undefined) measured.push({ place, point: { starts, turns: [], energy: undefined } });
      this.#done += 1;
    }
    const { processes, confidence, seed } = this.#settings;
    for (let process = 0; process < processes && measured.length > 0; process += 1) {
      await this.#takeTurns(level, measured, process);
    }
    this.#done += processes * (places.length - measured.length);
    return measured.map(({ place: { label, feeds }, point }) =>
      figureOf(level, label, feeds, point, { confidence, seed }),
    );
  }

  /** @returns starts by model, or undefined when the original does not run here */
  async #measureStarts(
    level: GraphOptimizationLevel,
    { label, feeds }: Place,
    isFirst: boolean,
  ): Promise<Start[][] | undefined> {
    const count = isFirst ? this.#settings.starts : 1;
    const sides = this.#paths.map((path, side) => ({
      path,
      feeds: feeds[side] ?? {},
      starts: [] as Start[],
    }));
    const start = (side: (typeof sides)[number]) =>
      measureStart(side.path, side.feeds, this.#engine, { graphOptimizationLevel: level });
    for (let round = 0; round < count; round += 1) {
      for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
        try {
          // The first start of all brings the files into the page cache; it is not counted.
          if (isFirst && round === 0) await start(side);
          side.starts.push(await start(side));
        } catch (error) {
          const isLeftOut = error instanceof SenteiError && /^runtime-(failed|timeout)$/.test(error.code);
          if (!isLeftOut || side !== sides[0]) throw error;
          this.#failure = error;
          this.#leftOut.push({ graphOptimizationLevel: level, label, reason: error.message });
          return undefined;
        }
      }
    }
    return sides.map(({ starts }) => starts);
  }

  async #takeTurns(
    level: GraphOptimizationLevel,
    measured: readonly { readonly place: Place; readonly point: PointMeasurements }[],
    process: number,
  ): Promise<void> {
    const engine = await startEngine(this.#engine);
    try {
      // Who comes first alternates from pair to pair too.
      const isReversed = process % 2 === 1;
      const paths = isReversed ? this.#paths.toReversed() : this.#paths;
      const loaded = [];
      for (const path of paths) loaded.push(await engine.load(path, { graphOptimizationLevel: level }));
      const sessions = isReversed ? loaded.toReversed() : loaded;
      for (const { place, point } of measured) {
        const { processes } = this.#settings;
        this.#say(`${level}: ${place.label}, process ${process + 1} of ${processes}`);
        const timers = sessions.map(
          (session, side) => (runs: number) => session.time(place.feeds[side] ?? {}, runs),
        );
        const turns = await takeTurns(isReversed ? timers.toReversed() : timers, this.#pace(), () =>
          performance.now(),
        );
        point.turns.push(isReversed ? { ...turns, rounds: turns.rounds.toReversed() } : turns);
        if (process === 0) point.energy = await this.#measureEnergy(timers);
        this.#done += 1;
      }
    } finally {
      await engine.close();
    }
  }

  /** A meter that fails is not used again. */
  async #measureEnergy(timers: readonly Timer[]): Promise<EnergyComparison | undefined> {
    if (this.#meter.status === 'unknown') return undefined;
    const { confidence, seed } = this.#settings;
    try {
      return await measureEnergy(this.#meter.meter, timers, { confidence, seed });
    } catch (error) {
      if (error instanceof SenteiError) throw error;
      this.#meter = { status: 'unknown', reason: `the meter failed: ${(error as Error).message}` };
      return undefined;
    }
  }

  #pace() {
    const { processes, rounds, budgetMs, minimumSampleMs } = this.#settings;
    const fewest = Math.max(3, Math.ceil((rounds ?? FEWEST_ROUNDS) / processes));
    const warmUpMs = budgetMs / processes;
    const budget = { warmUpMs, budgetMs: 2 * warmUpMs, minimumSampleMs, minimumRounds: fewest };
    return rounds === undefined ? budget : { ...budget, maximumRounds: fewest };
  }

  #say(message: string): void {
    this.#options.onProgress?.({ message, done: Math.min(this.#done, this.#total), total: this.#total });
  }
}
