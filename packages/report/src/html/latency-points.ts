import { z } from 'zod';
import type { LatencyPoint, PageInput } from './types.ts';

const range = z.object({ lower: z.number(), upper: z.number() });

const latency = z.object({
  median: z.number().positive(),
  lowerQuartile: z.number(),
  upperQuartile: z.number(),
  interval: range.optional().catch(undefined),
  times: z.array(z.number()).optional().catch(undefined),
});

const comparison = z.object({
  ratio: z.number(),
  interval: range,
  confidence: z.number(),
  verdict: z.string(),
});

const point = z.object({
  label: z.string(),
  batch: z.number().optional().catch(undefined),
  length: z.number().optional().catch(undefined),
  executionProvider: z.string().optional().catch(undefined),
  graphOptimizationLevel: z.string().optional().catch(undefined),
  threads: z.number().optional().catch(undefined),
  original: latency,
  candidate: latency,
  speedup: z
    .object({ median: z.number(), lowerQuartile: z.number(), upperQuartile: z.number() })
    .optional()
    .catch(undefined),
  comparison: comparison.optional().catch(undefined),
});

type Point = z.output<typeof point>;

/** Settings that hold for all points of a benchmark, unless a point has its own. */
const settings = z.object({
  executionProvider: z.string().optional().catch(undefined),
  graphOptimizationLevel: z.string().optional().catch(undefined),
  threads: z.number().optional().catch(undefined),
});

/** Lists of points in a file of times, with the settings around them. */
const series = settings.extend({ points: z.array(z.unknown()) });

/** Depth to which a file is searched for times: a run of each setting in a list of runs, and a little more. */
const DEPTH = 4;

/**
 * All pairs of times there are: those of the benchmark where there is one, else those of the validation or the report. What
 * has not the form of a time is passed over.
 */
export function latencyPoints({ report, benchmark, validation }: PageInput): LatencyPoint[] {
  const measured = seriesIn(benchmark, DEPTH).flatMap(({ points, ...around }) =>
    points.flatMap((each) => toPoint(each, around)),
  );
  if (measured.length > 0) return measured;
  for (const file of [validation, report]) {
    const found = z
      .object({ validation: settings.extend({ speed: z.array(z.unknown()) }) })
      .or(settings.extend({ speed: z.array(z.unknown()) }).transform((inner) => ({ validation: inner })))
      .safeParse(file);
    if (!found.success) continue;
    const { speed, ...around } = found.data.validation;
    const points = speed.flatMap((each) => toPoint(each, around));
    if (points.length > 0) return points;
  }
  return [];
}

function seriesIn(value: unknown, depth: number): z.output<typeof series>[] {
  if (typeof value !== 'object' || value === null || depth === 0) return [];
  const { success, data } = series.safeParse(value);
  if (success) return [data];
  return Object.values(value).flatMap((each) => seriesIn(each, depth - 1));
}

function toPoint(value: unknown, around: z.output<typeof settings>): LatencyPoint[] {
  const { success, data } = point.safeParse(value);
  if (!success) return [];
  const { label, batch, length, original, candidate, speedup } = data;
  return [
    {
      label,
      group: groupOf({ ...around, ...defined(data) }),
      batch,
      length,
      original,
      candidate,
      speedup: data.comparison?.ratio ?? speedup?.median ?? original.median / candidate.median,
      speedupRange: rangeOf(data),
      verdict: data.comparison?.verdict,
    },
  ];
}

function defined(fields: Point): Partial<Point> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function groupOf({ executionProvider, threads, graphOptimizationLevel }: z.output<typeof settings>): string {
  const parts = [
    executionProvider,
    threads === undefined ? undefined : `${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    graphOptimizationLevel === undefined ? undefined : `graph optimization ${graphOptimizationLevel}`,
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}

function rangeOf({ comparison: decided, speedup }: Point): LatencyPoint['speedupRange'] {
  if (decided !== undefined) {
    return { ...decided.interval, kind: `${Math.round(1000 * decided.confidence) / 10} % interval` };
  }
  return speedup && { lower: speedup.lowerQuartile, upper: speedup.upperQuartile, kind: 'quartiles' };
}
