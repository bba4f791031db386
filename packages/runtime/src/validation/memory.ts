import type { Feeds } from '@sentei/data';
import { measureStart } from '../benchmark/measure-start.ts';
import type { PeakMemory } from '../benchmark/peak-memory.ts';
import { describeSize, sizesFor, synthesizedFeeds } from '../inputs/input-sizes.ts';
import type { EngineOptions } from '../process/engine.ts';
import type { ValueSignature } from '../process/protocol.ts';

/** Peak memory of a process that loads and runs each of two models, and nothing else. */
export interface MemoryFigure {
  readonly size: string;
  readonly original: PeakMemory;
  readonly candidate: PeakMemory;
}

/** Long enough for activations to count. */
const LENGTH = 512;

/** The least of as many processes: what one needs at all. */
const PROCESSES = 2;

/**
 * Compares the peak memory of two models, each in fresh processes, on inputs made up for the original.
 *
 * @param constants fed to the candidate for inputs that `inputs` does not have
 * @throws SenteiError `unsupported-model` when no inputs can be made up; what `measureStart` throws
 */
export async function compareMemory(
  { original, candidate, constants }: { original: string; candidate: string; constants: Feeds },
  inputs: readonly ValueSignature[],
  options: EngineOptions,
): Promise<MemoryFigure> {
  const [size = { batch: undefined, length: undefined }] = sizesFor(inputs, [LENGTH], [1]);
  const feeds = synthesizedFeeds(inputs, size);
  return {
    size: describeSize(size),
    original: await least(() => measureStart(original, feeds, options, {})),
    candidate: await least(() => measureStart(candidate, feeds, options, { constants })),
  };
}

async function least(start: () => Promise<{ readonly memoryRan: PeakMemory }>): Promise<PeakMemory> {
  let { memoryRan: found } = await start();
  for (let round = 1; round < PROCESSES; round += 1) {
    const { memoryRan } = await start();
    if (memoryRan.status === 'unknown') return memoryRan;
    if (found.status === 'known' && memoryRan.bytes < found.bytes) found = memoryRan;
  }
  return found;
}
