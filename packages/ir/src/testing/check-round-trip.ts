import fc from 'fast-check';
import { readModelBytes } from '../codec/read-model.ts';
import { writeModelBytes } from '../codec/write-model.ts';
import { isValid, sameBytes } from './laws.ts';
import { modelBytes } from './model-bytes.ts';

/** How `checkRoundTrip` works. */
export interface RoundTripOptions {
  /** Takes a file through whatever is checked; the codec of this package by default. */
  readonly through?: (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>;
  /** Number of random files; 100 by default. */
  readonly runs?: number;
  /** Seed of the random files, as fast-check prints it with a counterexample. */
  readonly seed?: number;
}

/**
 * Checks on random files that reading and writing gives the same bytes, and that what is read is a valid graph.
 *
 * @throws Error of fast-check with the smallest file it found, whose `cause` is the `BrokenLaw`
 */
export async function checkRoundTrip(options: RoundTripOptions = {}): Promise<void> {
  const { through = (bytes) => writeModelBytes(readModelBytes(bytes)), runs = 100, seed } = options;
  const property = fc.asyncProperty(modelBytes(), async (bytes) => {
    isValid(readModelBytes(bytes), 'as read');
    sameBytes('round trip', await through(bytes), bytes, 'read and written again');
  });
  await fc.assert(property, { numRuns: runs, ...(seed === undefined ? {} : { seed }) });
}
