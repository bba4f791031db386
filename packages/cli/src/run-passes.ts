import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type Calibrator,
  type Executor,
  type Instrument,
  type Judge,
  type Model,
  type Pass,
  type PassContext,
  type PassRecord,
  type PipelineOptions,
  runPipeline,
  SenteiError,
} from '@sentei/ir';
import type { Listener } from './progress.ts';

export interface PassSettings extends PipelineOptions {
  readonly judge: Judge | undefined;
  /** Runs what passes ask for. */
  readonly executor?: Executor | undefined;
  /** Gives passes statistics of the data. */
  readonly calibration?: Calibrator | undefined;
  readonly maxDrop: number;
  readonly confidence?: number | undefined;
  readonly listener: Listener;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs the passes and tells the listener which one is at work.
 *
 * @throws SenteiError `cancelled`, and what the judge throws; Error when a pass breaks the graph
 */
export async function runPasses(
  model: Model,
  passes: readonly Pass[],
  settings: PassSettings,
): Promise<PassRecord[]> {
  const { verify, seed, stopAfter, instruments = [], listener, signal } = settings;
  const announcer = announce(passes.length, listener, signal);
  const options = { verify, seed, stopAfter, instruments: [announcer, ...instruments] };
  try {
    return await runPipeline(model, passes, passContext(settings), options);
  } catch (error) {
    // The model was valid when it came in, so the fault is in a pass and not in the file.
    if (error instanceof SenteiError && error.code === 'invalid-graph') {
      throw new Error(error.message, { cause: error });
    }
    throw error;
  }
}

/** What passes are run with, as far as the command line has it. */
export function passContext(settings: PassSettings): PassContext {
  const { judge, executor, calibration, maxDrop, confidence, listener, signal } = settings;
  return {
    logger: listener,
    judge,
    executor,
    calibration,
    maxDrop,
    confidence,
    ...(signal ? { signal } : {}),
    progress: (progress) => listener.progress(progress),
  };
}

/** @throws SenteiError `cancelled` */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new SenteiError('cancelled', 'interrupted', { hint: 'nothing was written' });
  }
}

function announce(count: number, listener: Listener, signal: AbortSignal | undefined): Instrument {
  return {
    async beforePass({ pass, place, run }) {
      listener.step(`pass ${place} of ${count}: ${pass.id}${run > 1 ? `, run ${run}` : ''}`);
      // Passes may never wait for anything: this lets signals in between them.
      await nextTurn();
      throwIfCancelled(signal);
    },
  };
}
