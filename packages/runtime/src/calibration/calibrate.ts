import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dataset } from '@sentei/data';
import {
  hashModel,
  type Model,
  type Progress,
  parseOptions,
  removeAtExit,
  SenteiError,
  type Tap,
} from '@sentei/ir';
import { z } from 'zod';
import {
  type Engine,
  EXECUTION_PROVIDERS,
  GRAPH_OPTIMIZATION_LEVELS,
  startEngine,
} from '../process/engine.ts';
import type { ExecutionProvider, GraphOptimizationLevel } from '../process/protocol.ts';
import { countBlocks } from './blocks.ts';
import { StatisticsCache } from './cache.ts';
import { NON_FINITE } from './plan.ts';
import { planTaps } from './plan-taps.ts';
import { runBlocks } from './run-blocks.ts';
import {
  emptyStatistics,
  type Identity,
  type Range,
  STATISTICS_VERSION,
  type Statistics,
} from './statistics.ts';
import { writeTappedModel } from './tapped-model.ts';

/** How statistics are gathered. */
export interface CalibrateOptions {
  /** Examples that are read and, where their shapes agree, run together. Default: 8. */
  readonly batch?: number | undefined;
  /** Threads that share the work of one operator. Default: 1, so that values come out the same; shards run beside each other. */
  readonly threads?: number | undefined;
  /** Default: `disabled`, so that tapped values are as the file has them. */
  readonly graphOptimizationLevel?: GraphOptimizationLevel | undefined;
  /** Default: `cpu`. */
  readonly executionProvider?: ExecutionProvider | undefined;
  /** What is done about numbers that are not finite: stop, or leave their rows out and count them. Default: `refuse`. */
  readonly nonFinite?: (typeof NON_FINITE)[number] | undefined;
  /** Which part of the data: the `index`th of `count`, from 1. Default: all of it. */
  readonly shard?: { readonly index: number; readonly count: number } | undefined;
  /** A folder that keeps results, and what there is of those that were interrupted. */
  readonly cache?: string | undefined;
  /** Milliseconds between two saves of what there is. Default: ten seconds. */
  readonly saveEveryMs?: number | undefined;
  /** Batches after which a new process takes over, since ONNX Runtime keeps memory. Default: 1,000. */
  readonly batchesPerProcess?: number | undefined;
  /** Milliseconds that one batch may take; then its process is killed. Default: ten minutes. */
  readonly timeoutMs?: number | undefined;
  /** What messages call the model. Default: the name of its graph. */
  readonly subject?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Hears how many examples are done. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Hears of what may be wrong, such as a damaged cache. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

const listener = <Heard>() => z.custom<(heard: Heard) => void>((value) => typeof value === 'function');

const calibrateOptions = z.strictObject({
  batch: z.int().min(1).max(100_000).default(8),
  threads: z.int().min(1).max(1024).default(1),
  graphOptimizationLevel: z.enum(GRAPH_OPTIMIZATION_LEVELS).default('disabled'),
  executionProvider: z.enum(EXECUTION_PROVIDERS).default('cpu'),
  nonFinite: z.enum(NON_FINITE).default('refuse'),
  shard: z
    .strictObject({ index: z.int().min(1), count: z.int().min(1).max(1_000_000) })
    .refine(({ index, count }) => index <= count, 'its index is above its count')
    .default({ index: 1, count: 1 }),
  cache: z.string().min(1).optional(),
  saveEveryMs: z.int().min(0).default(10_000),
  batchesPerProcess: z.int().min(1).default(1000),
  timeoutMs: z
    .int()
    .min(1)
    .max(2 ** 31 - 1)
    .default(600_000),
  subject: z.string().min(1).optional(),
  signal: z.instanceof(AbortSignal).optional(),
  onProgress: listener<Progress>().optional(),
  onWarning: listener<string>().optional(),
});

/**
 * Gathers statistics of tapped values while a model runs over data in a child process, which keeps nothing but the
 * statistics. With a cache, an interrupted run goes on where it was saved last, with the same bits in the end.
 *
 * @throws SenteiError `invalid-option` for a tap of nothing that can be tapped; `invalid-data` for data that do not fit and,
 *   naming value and example, numbers that are not finite; `unsupported-model` for element types that cannot be fetched;
 *   `runtime-failed`, `runtime-timeout`, `cancelled`; `output-unwritable` for the cache
 */
export async function calibrate(
  model: Model,
  taps: readonly Tap[],
  data: Dataset,
  options: CalibrateOptions = {},
): Promise<Statistics> {
  const settings = parseOptions(calibrateOptions, options);
  const { batch, threads, graphOptimizationLevel, executionProvider, timeoutMs, signal } = settings;
  const subject = settings.subject ?? (model.graph.name || 'the model');
  const plan = planTaps(model, taps, settings.nonFinite);
  if (data.size === 0) throw new SenteiError('invalid-data', `${data.name} is empty`, { subject: data.name });
  await using engine = await startEngine({ threads, executionProvider, timeoutMs, signal });
  const identity: Identity = {
    model: await hashModel(model),
    data: { fingerprint: data.fingerprint, examples: data.size },
    batch,
    settings: { threads, graphOptimizationLevel, executionProvider },
    versions: { onnxruntime: engine.runtime.version, statistics: STATISTICS_VERSION },
    plan,
  };
  const range = rangeOf(settings.shard, countBlocks(data, batch));
  const cache =
    settings.cache === undefined ? undefined : new StatisticsCache(settings.cache, identity, range);
  const { onWarning = () => {}, onProgress = () => {} } = settings;
  const known =
    (await cache?.load(onWarning)) ?? emptyStatistics(identity, { model: subject, data: data.name });
  return await withTappedModel(model, known, engine, {
    ...settings,
    subject,
    data,
    range,
    cache,
    onProgress,
  });
}

type Run = Omit<Parameters<typeof runBlocks>[2], 'open'> & Pick<CalibrateOptions, 'graphOptimizationLevel'>;

async function withTappedModel(
  model: Model,
  known: Statistics,
  engine: Engine,
  { graphOptimizationLevel, ...run }: Run,
): Promise<Statistics> {
  const folder = await mkdtemp(join(tmpdir(), 'sentei-calibrate-'));
  const settled = removeAtExit(folder);
  try {
    const path = join(folder, 'model.onnx');
    const { subject } = run;
    let isWritten = false;
    const open = async () => {
      if (!isWritten) await writeTappedModel(model, known.identity.plan, path);
      isWritten = true;
      return engine.load(path, { graphOptimizationLevel, externalFolder: model.folder, subject });
    };
    return await runBlocks(known, run.range, { ...run, open });
  } finally {
    await rm(folder, { recursive: true, force: true });
    settled();
    settled();
  }
}

/** The blocks of a shard: as even as can be, and together all of them. */
export function rangeOf({ index, count }: { index: number; count: number }, blocks: number): Range {
  return [Math.floor((blocks * (index - 1)) / count), Math.floor((blocks * index) / count)];
}
