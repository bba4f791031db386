import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type Executor,
  type Judge,
  type Model,
  type Pass,
  type PassRecord,
  type Proposals,
  runPipeline,
  SenteiError,
} from '@sentei/ir';
import type { Listener } from './progress.ts';

export interface PassSettings {
  readonly judge: Judge | undefined;
  /** Runs what passes ask for. */
  readonly executor?: Executor | undefined;
  readonly maxDrop: number;
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
  { judge, executor, maxDrop, listener, signal }: PassSettings,
): Promise<PassRecord[]> {
  const announced = passes.map((pass, index) =>
    announce(pass, `pass ${index + 1} of ${passes.length}: ${pass.id}`, listener, signal),
  );
  try {
    return await runPipeline(model, announced, {
      logger: listener,
      judge,
      executor,
      maxDrop,
      ...(signal ? { signal } : {}),
      progress: (progress) => listener.progress(progress),
    });
  } catch (error) {
    // The model was valid when it came in, so the fault is in a pass and not in the file.
    if (error instanceof SenteiError && error.code === 'invalid-graph') {
      throw new Error(error.message, { cause: error });
    }
    throw error;
  }
}

/** @throws SenteiError `cancelled` */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new SenteiError('cancelled', 'interrupted', { hint: 'nothing was written' });
  }
}

function announce(pass: Pass, title: string, listener: Listener, signal: AbortSignal | undefined): Pass {
  return {
    ...pass,
    async *propose(model, context): Proposals {
      listener.step(title);
      // Passes may never wait for anything: this lets signals in between them.
      await nextTurn();
      throwIfCancelled(signal);
      yield* pass.propose(model, context);
    },
  };
}
