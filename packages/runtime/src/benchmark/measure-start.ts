import type { Feeds } from '@sentei/data';
import { type EngineOptions, type LoadOptions, startEngine } from '../process/engine.ts';
import { type PeakMemory, readPeakMemory } from './peak-memory.ts';

/** One start of a model in a process of its own. Times in milliseconds, seen from the process that asked. */
export interface Start {
  /** From nothing until Node.js runs and ONNX Runtime's library is loaded. */
  readonly processMs: number;
  /** Reading the file and making the session. */
  readonly sessionMs: number;
  /** The first inference, feeds sent and all. */
  readonly firstRunMs: number;
  /** The sum: from nothing to the first result. */
  readonly totalMs: number;
  /** When the model was loaded and before it ran. */
  readonly memoryLoaded: PeakMemory;
  /** After three runs. */
  readonly memoryRan: PeakMemory;
}

/**
 * Starts a fresh process, loads a model and runs it, and ends the process again.
 *
 * @throws SenteiError as `startEngine`, `Engine.load` and `Session.time` do
 */
export async function measureStart(
  path: string,
  feeds: Feeds,
  engineOptions: EngineOptions,
  loadOptions: LoadOptions,
): Promise<Start> {
  const begin = performance.now();
  const engine = await startEngine(engineOptions);
  try {
    const ready = performance.now();
    const session = await engine.load(path, loadOptions);
    const loaded = performance.now();
    const memoryLoaded = await readPeakMemory(session.processId);
    const beforeRun = performance.now();
    await session.time(feeds, 1);
    const ran = performance.now();
    await session.time(feeds, 2);
    const memoryRan = await readPeakMemory(session.processId);
    const [processMs, sessionMs, firstRunMs] = [ready - begin, loaded - ready, ran - beforeRun];
    const totalMs = processMs + sessionMs + firstRunMs;
    return { processMs, sessionMs, firstRunMs, totalMs, memoryLoaded, memoryRan };
  } finally {
    await engine.close();
  }
}
