import { join } from 'node:path';
import { batches } from '@sentei/data';
import {
  type GivenInput,
  type Model,
  type PassRecord,
  readModel,
  runPipeline,
  SenteiError,
  writeChanged,
} from '@sentei/ir';
import {
  ACP_DEFAULTS,
  acp,
  attentionWork,
  DEFAULT_GRID,
  type DecayTap,
  findHoldingHeads,
  type Numbers,
  predictGain,
  ReachCounter,
  tapDecays,
} from '@sentei/pass-acp';
import type { ReachFacts, Report, ValidationEffort } from '@sentei/report';
import { type Feeds, type HeldoutData, hostTensor, type Session, startEngine } from '@sentei/runtime';
import type { Listener } from './progress.ts';
import { passContext, throwIfCancelled } from './run-passes.ts';

/** An original that was pruned, and data to run it on. */
export interface ReachMeasurement {
  /** The model file as it was. */
  readonly original: string;
  /** What the pipeline did. */
  readonly records: readonly PassRecord[];
  readonly heldout: Uint8Array | undefined;
  /** Held-out examples of a card. */
  readonly data?: HeldoutData | undefined;
  readonly validation: Report['validation'];
  readonly effort: ValidationEffort;
  /** Scratch space for a copy of the model. */
  readonly folder: string;
  readonly threads: number;
  readonly listener: Listener;
  readonly signal?: AbortSignal | undefined;
}

/** Lengths are this one times powers of two. */
const SHORTEST = 512;
const LONGEST = { full: 8192, short: 2048, none: 0 } as const;
/** Windows of a text. */
const WINDOWS = 2;
/** Milliseconds that a run may take; windows that take longer are halved. */
const TIMEOUT = 120_000;
/** Examples of a card. */
const EXAMPLES = 16;

/** One run of the model that tells its decays. */
interface Run {
  readonly feeds: Feeds;
  readonly outputs: Readonly<Record<string, Numbers>>;
  readonly length: number;
}

/**
 * Measures on held-out data how far back the attention of the original looks, whatever it was lowered to, and predicts what
 * leaving out the rest is worth. What runs is a copy that returns nothing but the decays, with long attention pruned.
 *
 * @returns the reason instead where nothing can be measured, which is no error: the figures explain and decide nothing
 * @throws SenteiError `cancelled`
 */
export async function measureReach(measurement: ReachMeasurement): Promise<ReachFacts> {
  const { original, records, validation, folder, threads, listener, signal } = measurement;
  const pass = records.find((record) => record.pass === acp.id);
  if (pass === undefined) return skipped('no pass of the pipeline prunes attention by its decay');
  if (validation.status !== 'done') return skipped('the result was not run');
  const epsilon = typeof pass.options.epsilon === 'number' ? pass.options.epsilon : ACP_DEFAULTS.epsilon;
  const model = await readModel(original);
  const copy = await readModel(original);
  const { taps, others } = tapDecays(copy);
  if (taps.length === 0) return skipped(others[0]?.reason ?? 'the model has no attention');
  listener.step('measuring the reach of attention');
  const path = join(folder, 'decays.onnx');
  try {
    const context = passContext({ judge: undefined, maxDrop: 0, listener: mute(listener), signal });
    await runPipeline(copy, [acp({ epsilon })], context);
    await writeChanged(copy, path, () => {});
    const engine = await startEngine({ threads, timeoutMs: TIMEOUT, signal });
    try {
      const loading = copy.folder === undefined ? {} : { externalFolder: copy.folder };
      const runs = await runOnData(() => engine.load(path, loading), taps, measurement);
      if (runs.length === 0) return skipped('there is no data to run the model on');
      return summarize(model, taps, others, runs, epsilon);
    } finally {
      await engine.close();
    }
  } catch (error) {
    throwIfCancelled(signal);
    if (error instanceof SenteiError) return skipped(error.message);
    throw error;
  }
}

async function runOnData(
  open: () => Promise<Session>,
  taps: readonly DecayTap[],
  { heldout, data, effort, listener, signal }: ReachMeasurement,
): Promise<Run[]> {
  const tell = (done: number, total: number) =>
    listener.progress({ message: 'reach of attention', done, total });
  const run = async (session: Session, feeds: Feeds): Promise<Run> => {
    const outputs = asNumbers(await session.run(feeds));
    return { feeds, outputs, length: lengthOf(taps, outputs) };
  };
  const runs: Run[] = [];
  if (heldout === undefined) {
    if (data?.dataset === undefined) return runs;
    const session = await open();
    const total = Math.min(EXAMPLES, data.dataset.size);
    for await (const { feeds } of batches(data.dataset, { to: total, signal })) {
      tell(runs.length, total);
      runs.push(await run(session, feeds));
    }
    return runs;
  }
  let longest: number = LONGEST[effort];
  for (;;) {
    // A run that takes too long ends its process.
    const session = await open();
    const windows = textWindows(session, heldout, longest);
    const [first] = windows;
    try {
      for (const [index, { feeds }] of windows.entries()) {
        tell(index, windows.length);
        runs.push(await run(session, feeds));
      }
      return runs;
    } catch (error) {
      const isOver = error instanceof SenteiError && error.code !== 'cancelled';
      if (!isOver || first === undefined || first.length <= SHORTEST || first.isFixed) throw error;
      longest = first.length / 2;
      runs.length = 0;
    } finally {
      await session.release();
    }
  }
}

/** The longest windows there are, from the start and the end of a text. */
function textWindows({ inputs: [input] }: Session, text: Uint8Array, longest: number) {
  const fixed = input?.dims?.[1];
  const isFixed = typeof fixed === 'number';
  const length = isFixed ? fixed : (lengthsUpTo(Math.min(longest, text.length)).at(-1) ?? 0);
  const count = length === 0 ? 0 : Math.min(WINDOWS, Math.floor(text.length / length));
  return Array.from({ length: count }, (_, window) => {
    const from = window === 0 ? 0 : Math.floor((window * (text.length - length)) / (count - 1));
    const ids = BigInt64Array.from(text.subarray(from, from + length), BigInt);
    return { feeds: { [input?.name ?? '']: hostTensor('int64', [1, length], ids) }, length, isFixed };
  });
}

function summarize(
  model: Model,
  taps: readonly DecayTap[],
  others: Extract<ReachFacts, { status: 'done' }>['others'],
  runs: readonly Run[],
  epsilon: number,
): ReachFacts {
  const longest = runs.reduce((most, run) => (run.length > most.length ? run : most));
  const lengths = lengthsUpTo(longest.length);
  const counter = new ReachCounter(taps, { epsilon, lengths });
  for (const { outputs } of runs) counter.add(outputs);
  const heads = counter.result();
  const works = lengths.map((length) => ({
    length,
    work: attentionWork(model, sizesAt(model, longest, length)),
  }));
  const known = works.flatMap(({ length, work }) => (work === undefined ? [] : [{ length, work }]));
  const last = known.at(-1);
  return {
    status: 'done',
    epsilon,
    sequences: counter.sequences,
    grid: DEFAULT_GRID,
    heads,
    others,
    gains: known.flatMap(({ length, work }) => predictGain(heads, work, length) ?? []),
    holding: last === undefined ? [] : findHoldingHeads(heads, last.work, last.length),
  };
}

/** Doubling up to a length; a length below all of these is taken as it is. */
function lengthsUpTo(longest: number): number[] {
  const lengths: number[] = [];
  for (let length = SHORTEST; length <= longest; length *= 2) lengths.push(length);
  return lengths.length > 0 || longest === 0 ? lengths : [longest];
}

/** Sizes of inputs for sequences of another length: every axis that the model leaves open and that is as long as those were. */
function sizesAt(model: Model, { feeds, length: found }: Run, length: number): Record<string, GivenInput> {
  const sizes = model.graph.inputs.flatMap(({ name, type }) => {
    const dims = feeds[name]?.dims;
    const declared = type?.kind === 'tensor' ? type.shape : undefined;
    if (dims === undefined) return [];
    const isOpen = (axis: number) => typeof declared?.[axis] !== 'number';
    const at = dims.map((size, axis) => (size === found && isOpen(axis) ? length : size));
    return [[name, { dims: at }] as const];
  });
  return Object.fromEntries(sizes);
}

/** Positions of the sequences of a run. */
function lengthOf(taps: readonly DecayTap[], outputs: Readonly<Record<string, Numbers>>): number {
  for (const { squaredNorms } of taps) {
    const found = outputs[squaredNorms.query];
    if (found !== undefined) return found.dims.at(-1) ?? 0;
  }
  return 0;
}

/** What is tapped is float32. */
function asNumbers(outputs: Feeds): Record<string, Numbers> {
  const tensors = Object.entries(outputs).flatMap(([name, { dims, data }]) =>
    data instanceof Float32Array ? [[name, { dims, data }] as const] : [],
  );
  return Object.fromEntries(tensors);
}

/** What is refused in the copy was refused in the model, and has been told. */
function mute(listener: Listener): Listener {
  return { ...listener, info() {}, warn() {}, step() {}, progress() {} };
}

function skipped(reason: string): ReachFacts {
  return { status: 'skipped', reason };
}
