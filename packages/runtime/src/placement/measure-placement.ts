import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Feeds } from '@sentei/data';
import { parseOptions, removeAtExit, SenteiError } from '@sentei/ir';
import { z } from 'zod';
import { EXECUTION_PROVIDERS, GRAPH_OPTIMIZATION_LEVELS, startEngine } from '../process/engine.ts';
import type { ExecutionProvider, GraphOptimizationLevel } from '../process/protocol.ts';
import { AssignmentLog } from './assignment.ts';
import { type Placement, summarizePlacement } from './placement.ts';
import { readProfile } from './profile.ts';

/** What to run a model on to see where its nodes are computed. */
export interface PlacementOptions {
  readonly executionProvider: ExecutionProvider;
  readonly feeds: Feeds;
  readonly graphOptimizationLevel?: GraphOptimizationLevel | undefined;
  /** Fed on every run, as for `Engine.load`. */
  readonly constants?: Feeds | undefined;
  /** As for `startEngine`. */
  readonly tf32?: boolean | undefined;
  /** Default: 1. */
  readonly threads?: number | undefined;
  /** Runs that count; one before them warms up. Default: 5. */
  readonly runs?: number | undefined;
  /** Milliseconds that one request may take. Default: ten minutes. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const placementOptions = z.object({
  executionProvider: z.enum(EXECUTION_PROVIDERS),
  graphOptimizationLevel: z.enum(GRAPH_OPTIMIZATION_LEVELS).default('all'),
  threads: z.int().min(1).max(1024).default(1),
  runs: z.int().min(1).max(1000).default(5),
  timeoutMs: z
    .int()
    .min(1)
    .max(2 ** 31 - 1)
    .default(600_000),
});

/** The longest text that a JavaScript string can hold is a little above this. */
const LARGEST_PROFILE = 2 ** 28;

/**
 * Tells where ONNX Runtime computes the nodes of a model, from the profile of real runs and from its log: asking for CUDA does
 * not mean that all of a model runs there. Times are taken with `CUDA_LAUNCH_BLOCKING=1`, since a kernel is otherwise only
 * started within the time of its node; they say how work is divided, not how long a run takes.
 *
 * @param model model file
 * @throws SenteiError `invalid-option`, `invalid-data` when feeds do not fit, `runtime-failed`, `runtime-timeout`,
 *   `cancelled`, and what `Engine.load` throws about the file
 */
export async function measurePlacement(model: string, options: PlacementOptions): Promise<Placement> {
  const { executionProvider, graphOptimizationLevel, threads, runs, timeoutMs } = parseOptions(
    placementOptions,
    options,
  );
  const { feeds, constants, tf32, signal } = options;
  const folder = await mkdtemp(join(tmpdir(), 'sentei-profile-'));
  const settled = removeAtExit(folder);
  const log = new AssignmentLog();
  try {
    const engine = await startEngine({
      threads,
      tf32,
      timeoutMs,
      signal,
      environment: { CUDA_LAUNCH_BLOCKING: '1' },
      onPrint: (text) => log.add(text),
    });
    try {
      const load = { executionProvider, graphOptimizationLevel, constants, profile: join(folder, 'profile') };
      const session = await engine.load(model, load);
      await session.time(feeds, runs + 1);
      await session.endProfile();
    } finally {
      await engine.close();
    }
    const [name] = await readdir(folder);
    const path = join(folder, name ?? '');
    const { size } = await stat(path);
    if (size > LARGEST_PROFILE) {
      throw new SenteiError('runtime-failed', `${model}: the profile of ${runs} runs takes ${size} bytes`, {
        subject: model,
        hint: 'ask for fewer runs, or for smaller inputs',
      });
    }
    const profile = readProfile(await readFile(path, 'utf8'));
    return summarizePlacement(executionProvider, profile, log);
  } finally {
    await rm(folder, { recursive: true, force: true });
    settled();
  }
}
