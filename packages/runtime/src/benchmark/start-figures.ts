import type { Start } from './measure-start.ts';
import type { PeakMemory } from './peak-memory.ts';
import { summarize } from './statistics.ts';
import type { StartFigures } from './types.ts';

/**
 * Sums up the starts of one model.
 *
 * @param starts at least one
 */
export function summarizeStarts(starts: readonly Start[]): StartFigures {
  return {
    total: summarize(starts.map(({ totalMs }) => totalMs)),
    process: summarize(starts.map(({ processMs }) => processMs)),
    session: summarize(starts.map(({ sessionMs }) => sessionMs)),
    firstRun: summarize(starts.map(({ firstRunMs }) => firstRunMs)),
    memoryLoaded: highest(starts.map(({ memoryLoaded }) => memoryLoaded)),
    memoryRan: highest(starts.map(({ memoryRan }) => memoryRan)),
  };
}

/** What is not known once is not known. */
function highest(peaks: readonly PeakMemory[]): PeakMemory {
  let bytes = 0;
  for (const peak of peaks) {
    if (peak.status === 'unknown') return peak;
    bytes = Math.max(bytes, peak.bytes);
  }
  return { status: 'known', bytes };
}

/** Original over candidate. */
export function memoryRatio(original: PeakMemory, candidate: PeakMemory): number | undefined {
  if (original.status === 'unknown' || candidate.status === 'unknown') return undefined;
  return original.bytes / candidate.bytes;
}
