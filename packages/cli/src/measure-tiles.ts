import { join } from 'node:path';
import { readModel, SenteiError, writeModel } from '@sentei/ir';
import { countVisitedKeys, type KeyRangeTap, tapKeyRanges, type VisitedKeys } from '@sentei/pass-acp';
import type { Report, TileFacts } from '@sentei/report';
import { type Feeds, hostTensor, isByteLanguageModel, type Session, startEngine } from '@sentei/runtime';
import type { Listener } from './progress.ts';
import { throwIfCancelled } from './run-passes.ts';

/** A result that was compared with its original, and text to run it on. */
export interface TileMeasurement {
  /** The model file to count in. */
  readonly candidate: string;
  readonly heldout: Uint8Array | undefined;
  readonly validation: Report['validation'];
  /** Scratch space for a copy of the model. */
  readonly folder: string;
  readonly threads: number;
  readonly listener: Listener;
  readonly signal?: AbortSignal | undefined;
}

const MOST_WINDOWS = 4;

/**
 * Counts the attention tiles that a pruned model leaves out, per head, while it runs on held-out text: at the longest windows
 * that the comparison ran. The model itself tells, by outputs that are added to a copy of it.
 *
 * @returns the reason instead where nothing can be counted, which is no error: the figure explains and decides nothing
 * @throws SenteiError `cancelled`
 */
export async function measureTiles(measurement: TileMeasurement): Promise<TileFacts> {
  const { candidate, heldout, validation, folder, threads, listener, signal } = measurement;
  if (validation.status !== 'done') return skipped('the result was not run');
  const model = await readModel(candidate);
  const taps = tapKeyRanges(model);
  if (taps.length === 0) return skipped('no attention of the result skips tiles');
  const length = Math.max(0, ...validation.quality.map(({ windowLength = 0 }) => windowLength));
  if (heldout === undefined || length === 0) return skipped('there is no text to run the result on');
  listener.step('counting skipped tiles');
  const path = join(folder, 'tiles.onnx');
  try {
    await writeModel(model, path);
    const engine = await startEngine({ threads, signal });
    try {
      const session = await engine.load(path);
      if (!isByteLanguageModel(session)) return skipped('the result does not read bytes');
      return await count(session, taps, { text: heldout, length });
    } finally {
      await engine.close();
    }
  } catch (error) {
    throwIfCancelled(signal);
    if (error instanceof SenteiError) return skipped(error.message);
    throw error;
  }
}

async function count(
  session: Session,
  taps: readonly KeyRangeTap[],
  { text, length }: { readonly text: Uint8Array; readonly length: number },
): Promise<TileFacts> {
  const windows = Math.min(MOST_WINDOWS, Math.floor(text.length / length));
  const counts = taps.map((): VisitedKeys[] => []);
  for (let window = 0; window < windows; window += 1) {
    // Spread evenly over the text, from its start to its end.
    const from = windows === 1 ? 0 : Math.floor((window * (text.length - length)) / (windows - 1));
    const outputs = await session.run(feedsOf(session, text.subarray(from, from + length)));
    for (const [index, { starts, ends, shape }] of taps.entries()) {
      const found = countVisitedKeys(
        numbersOf(outputs, starts),
        numbersOf(outputs, ends),
        numbersOf(outputs, shape),
      );
      counts[index] = found.map((each, head) => addUp(each, counts[index]?.[head]));
    }
  }
  if (counts.every((heads) => heads.every(({ all }) => all === 0))) {
    return skipped(`windows of ${length} bytes are computed as one block, without any tile to skip`);
  }
  return {
    status: 'done',
    length,
    windows,
    heads: counts.map((heads, attention) => ({
      attention,
      skipped: heads.map(({ visited, all }) => (all === 0 ? 0 : 1 - visited / all)),
    })),
  };
}

function feedsOf({ inputs: [input] }: Session, window: Uint8Array): Feeds {
  const ids = BigInt64Array.from(window, BigInt);
  return { [input?.name ?? '']: hostTensor('int64', [1, window.length], ids) };
}

/** The taps are int64. */
function numbersOf(outputs: Feeds, name: string): BigInt64Array {
  const data = outputs[name]?.data;
  return data instanceof BigInt64Array ? data : new BigInt64Array();
}

function addUp(one: VisitedKeys, sum: VisitedKeys = { visited: 0, all: 0 }): VisitedKeys {
  return { visited: sum.visited + one.visited, all: sum.all + one.all };
}

function skipped(reason: string): TileFacts {
  return { status: 'skipped', reason };
}
