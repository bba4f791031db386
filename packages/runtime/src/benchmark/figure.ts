import type { Feeds } from '@sentei/data';
import type { GivenInput } from '@sentei/ir';
import type { EnergyComparison } from '../energy/measure-energy.ts';
import type { GraphOptimizationLevel } from '../process/protocol.ts';
import { comparePairs } from './comparison.ts';
import type { IntervalOptions } from './interval.ts';
import type { Start } from './measure-start.ts';
import { memoryRatio, summarizeStarts } from './start-figures.ts';
import { describeLatency } from './statistics.ts';
import { samplesOf, type Turns } from './take-turns.ts';
import type { BenchmarkFigure, FigureComparison, ModelFigures } from './types.ts';

/** What was measured of one or two models at one point. */
export interface PointMeasurements {
  /** By model. */
  readonly starts: readonly (readonly Start[])[];
  /** By pair of processes. */
  readonly turns: Turns[];
  energy: EnergyComparison | undefined;
}

/**
 * Sums up what was measured at one point.
 *
 * @param feeds of each model
 */
export function figureOf(
  graphOptimizationLevel: GraphOptimizationLevel,
  label: string,
  feeds: readonly Feeds[],
  point: PointMeasurements,
  interval: IntervalOptions,
): BenchmarkFigure {
  const { starts, turns, energy } = point;
  const samples = starts.map((_, model) => turns.map(({ rounds }) => samplesOf(rounds[model] ?? [])));
  const models = starts.map((own, model): ModelFigures => {
    const times = turns.flatMap(({ rounds }) => (rounds[model] ?? []).flat());
    return {
      inputs: describeFeeds(feeds[model] ?? {}),
      latency: describeLatency(samples[model] ?? [], times, interval),
      start: summarizeStarts(own),
      energy: energy?.figures[model],
    };
  });
  const [original, candidate] = models;
  if (original === undefined) throw new RangeError('a figure needs a model');
  const comparison = candidate && compareModels(original, candidate, point, samples, interval);
  return {
    graphOptimizationLevel,
    label,
    original,
    ...(candidate && { candidate, comparison }),
    rounds: turns.reduce((sum, { rounds }) => sum + (rounds[0]?.length ?? 0), 0),
    runsPerSample: turns.map(({ runsPerSample }) => runsPerSample),
    warmUps: turns.map(({ warmUp }) => warmUp),
    ...(energy && { idleWatts: energy.idleWatts }),
  };
}

function compareModels(
  original: ModelFigures,
  candidate: ModelFigures,
  { starts, energy }: PointMeasurements,
  samples: readonly (readonly (readonly number[])[])[],
  interval: IntervalOptions,
): FigureComparison {
  const totals = starts.map((own) => [own.map(({ totalMs }) => totalMs)]);
  return {
    latency: comparePairs(samples[0] ?? [], samples[1] ?? [], interval),
    start: comparePairs(totals[0] ?? [], totals[1] ?? [], interval),
    energy: energy?.comparison,
    memoryLoaded: memoryRatio(original.start.memoryLoaded, candidate.start.memoryLoaded),
    memoryRan: memoryRatio(original.start.memoryRan, candidate.start.memoryRan),
  };
}

/** Elements of longer tensors tell nothing about shapes. */
const MOST_INTEGERS = 64;

function describeFeeds(feeds: Feeds): Readonly<Record<string, GivenInput>> {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { type, dims, data }]) => {
      const isShort = data.length <= MOST_INTEGERS && /^(bool|u?int)/.test(type);
      return [name, { dims: [...dims], ...(isShort && { integers: Array.from(data, Number) }) }];
    }),
  );
}
