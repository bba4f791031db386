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
  interval: range.extend({ confidence: z.number() }),
  verdict: z.string(),
});

const word = z.string().optional().catch(undefined);
const number = z.number().optional().catch(undefined);

/** What holds for all times of a file, unless it stands beside one of them. */
const settings = z.object({ executionProvider: word, graphOptimizationLevel: word, threads: number });

const given = z.object({ dims: z.array(z.number()) });

/** A point of a benchmark. */
const benchmarkFigure = settings.extend({
  label: z.string(),
  original: z.object({ latency, inputs: z.record(z.string(), given).optional().catch(undefined) }),
  candidate: z.object({ latency }),
  comparison: z
    .object({ latency: comparison.optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

/** A point of a validation. */
const speedFigure = settings.extend({
  label: z.string(),
  batch: number,
  length: number,
  original: latency,
  candidate: latency,
  speedup: z
    .object({ median: z.number(), lowerQuartile: z.number(), upperQuartile: z.number() })
    .optional()
    .catch(undefined),
  comparison: comparison.optional().catch(undefined),
});

type Settings = z.output<typeof settings>;
type SpeedFigure = z.output<typeof speedFigure>;

const benchmarkFile = settings.extend({ figures: z.array(z.unknown()) });
const validationFile = z.object({ validation: settings.extend({ speed: z.array(z.unknown()) }) });

/**
 * All pairs of times there are: those of the benchmark where there is one, else those of the validation, else those in the
 * report. What has not the form of a pair of times is passed over: a benchmark of one model, a size that was left out.
 */
export function latencyPoints({ report, benchmark, validation }: PageInput): LatencyPoint[] {
  const found = [fromBenchmark(benchmark), fromValidation(validation), fromValidation(report)];
  return found.find((points) => points.length > 0) ?? [];
}

function fromBenchmark(file: unknown): LatencyPoint[] {
  const { success, data } = benchmarkFile.safeParse(file);
  if (!success) return [];
  return data.figures.flatMap((each) => {
    const figure = benchmarkFigure.safeParse(each);
    if (!figure.success) return [];
    const { original, candidate, comparison: compared, ...rest } = figure.data;
    const sides = { original: original.latency, candidate: candidate.latency };
    return [toPoint({ ...rest, ...sizeOf(original.inputs), ...sides, comparison: compared?.latency }, data)];
  });
}

function fromValidation(file: unknown): LatencyPoint[] {
  const { success, data } = validationFile.safeParse(file);
  if (!success) return [];
  return data.validation.speed.flatMap((each) => {
    const figure = speedFigure.safeParse(each);
    return figure.success ? [toPoint(figure.data, data.validation)] : [];
  });
}

/** Sequences are [batch, length]; of inputs of other ranks only the batch is known. */
function sizeOf(inputs: Readonly<Record<string, { readonly dims: readonly number[] }>> = {}): {
  readonly batch?: number | undefined;
  readonly length?: number | undefined;
} {
  const [shape = []] = Object.values(inputs)
    .map(({ dims }) => dims)
    .sort((a, b) => b.length - a.length);
  return { batch: shape[0], length: shape.length === 2 ? shape[1] : undefined };
}

function toPoint(
  figure: Omit<SpeedFigure, 'batch' | 'length'> & ReturnType<typeof sizeOf>,
  around: Settings,
): LatencyPoint {
  const { label, batch, length, original, candidate, speedup, comparison: decided } = figure;
  return {
    label,
    group: groupOf({
      executionProvider: figure.executionProvider ?? around.executionProvider,
      threads: figure.threads ?? around.threads,
      graphOptimizationLevel: figure.graphOptimizationLevel ?? around.graphOptimizationLevel,
    }),
    batch,
    length,
    original,
    candidate,
    speedup: decided?.ratio ?? speedup?.median ?? original.median / candidate.median,
    speedupRange: rangeOf(figure),
    verdict: decided?.verdict,
  };
}

function groupOf({ executionProvider, threads, graphOptimizationLevel }: Settings): string {
  const parts = [
    executionProvider,
    threads === undefined ? undefined : `${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    graphOptimizationLevel === undefined ? undefined : `graph optimization ${graphOptimizationLevel}`,
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}

function rangeOf({
  comparison: decided,
  speedup,
}: Pick<SpeedFigure, 'comparison' | 'speedup'>): LatencyPoint['speedupRange'] {
  if (decided !== undefined) {
    const { lower, upper, confidence } = decided.interval;
    return { lower, upper, kind: `${Math.round(1000 * confidence) / 10} % interval` };
  }
  return speedup && { lower: speedup.lowerQuartile, upper: speedup.upperQuartile, kind: 'quartiles' };
}
