import type { Dataset } from '@sentei/data';
import { type Progress, SenteiError } from '@sentei/ir';
import type { Session } from '../process/session.ts';
import { Accumulator } from './accumulator.ts';
import { type Block, type CalibrationBatch, readBlocks } from './blocks.ts';
import type { StatisticsCache } from './cache.ts';
import { valuesOf } from './plan.ts';
import { examplesOf, joinRanges, type Range, type Statistics } from './statistics.ts';

export interface RunOptions {
  readonly data: Dataset;
  readonly range: Range;
  /** Loads the model with its taps in a fresh process. */
  readonly open: () => Promise<Session>;
  readonly cache: StatisticsCache | undefined;
  readonly saveEveryMs: number;
  readonly batchesPerProcess: number;
  /** What messages call the model. */
  readonly subject: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Runs the blocks that the statistics lack, and saves what there is from time to time. One block is read ahead while another
 * runs, and no more.
 *
 * @param known statistics of the first blocks of the range, or of none
 */
export async function runBlocks(known: Statistics, range: Range, options: RunOptions): Promise<Statistics> {
  const { data, open, cache, saveEveryMs, batchesPerProcess, signal } = options;
  const [begin, end] = range;
  const start = known.covered[0]?.[1] ?? begin;
  const total = examplesOf({ ...known, covered: [range] });
  const { batch } = known.identity;
  const report = (next: number) => {
    const done = examplesOf({ ...known, covered: [[begin, next]] });
    options.onProgress({ message: 'examples', done, total });
  };
  report(start);
  if (start >= end) return known;
  let statistics = known;
  let session: Session | undefined;
  let batches = 0;
  // The first block is saved at once: a folder that cannot be written to is no surprise of later.
  let savedAt = Number.NEGATIVE_INFINITY;
  try {
    for await (const block of readAhead(readBlocks(data, batch, start, end, signal))) {
      session ??= await begun(await open(), known, options.subject);
      for (const each of block.batches) await addBatch(session, each, options.subject);
      batches += block.batches.length;
      const next = block.index + 1;
      const isOld = batches >= batchesPerProcess;
      if (next === end || isOld || (cache && performance.now() - savedAt >= saveEveryMs)) {
        statistics = await take(session, statistics, [begin, next]);
        await cache?.save(statistics);
        savedAt = performance.now();
      }
      if (isOld) {
        await session.release();
        session = undefined;
        batches = 0;
      }
      report(next);
    }
    return statistics;
  } catch (cause) {
    if (signal?.aborted && !(cause instanceof SenteiError))
      throw new SenteiError('cancelled', `${options.subject}: cancelled by the caller`, { cause });
    throw cause;
  } finally {
    await session?.release();
  }
}

/** @throws SenteiError `unsupported-model` for a value that the binding cannot fetch */
async function begun(
  session: Session,
  { identity: { plan } }: Statistics,
  subject: string,
): Promise<Session> {
  const wanted = new Set(valuesOf(plan));
  const strange = session.outputs.find(({ name, type }) => wanted.has(name) && type === null);
  if (strange !== undefined) {
    throw new SenteiError(
      'unsupported-model',
      `${subject}: tapped value '${strange.name}' is of a type that cannot be fetched`,
      { subject: strange.name, hint: 'add a Cast to float32 and tap its output' },
    );
  }
  await session.accumulate({ step: 'begin', plan });
  return session;
}

/** @throws SenteiError `invalid-data` naming the example */
async function addBatch(
  session: Session,
  { feeds, items, sources }: CalibrationBatch,
  subject: string,
): Promise<void> {
  const { fault } = await session.accumulate({ step: 'add', feeds, items }).catch((cause: unknown) => {
    if (!(cause instanceof SenteiError) || cause.code === 'cancelled') throw cause;
    const { code, message, hint } = cause;
    const details = { subject: cause.subject ?? subject, ...(hint === undefined ? {} : { hint }), cause };
    throw new SenteiError(code, `${message} (at ${describe(sources)})`, details);
  });
  if (fault === undefined) return;
  const where = fault.item === undefined ? describe(sources) : (sources[fault.item] ?? '');
  throw new SenteiError(
    fault.code,
    `${subject}: value '${fault.value}' ${fault.message} at ${where}`,
    fault.item === undefined
      ? { subject: fault.value }
      : {
          subject: fault.value,
          hint: 'leave such rows out with --non-finite skip (nonFinite: skip in code), or mend the data',
        },
  );
}

function describe(sources: readonly string[]): string {
  const [first = 'nothing'] = sources;
  return sources.length > 1 ? `${first} and ${sources.length - 1} more` : first;
}

/** Adds what the process has; it begins anew. */
async function take(session: Session, statistics: Statistics, covered: Range): Promise<Statistics> {
  const { statistics: bytes = new Uint8Array() } = await session.accumulate({ step: 'take' });
  const { plan } = statistics.identity;
  statistics.sums.merge(Accumulator.decode(bytes, plan, 'what the process gathered'));
  return { ...statistics, covered: joinRanges([covered]) };
}

/** Asks for the next block before the last one is done with. */
async function* readAhead(blocks: AsyncGenerator<Block>): AsyncGenerator<Block> {
  let next = blocks.next();
  try {
    for (;;) {
      const { value, done } = await next;
      if (done) return;
      next = blocks.next();
      // It is looked at when its turn comes; until then a failure is nobody's.
      next.catch(() => {});
      yield value;
    }
  } finally {
    await blocks.return(undefined);
  }
}
