import { SenteiError } from '../errors.ts';
import type { Model } from '../graph/model.ts';
import type { Instrument, KeptPatch, PassFailure } from './instrument.ts';
import type { Pass, PassContext } from './pass.ts';
import { type PipelineOptions, runPipeline } from './run-pipeline.ts';

/** The patch at fault. */
export interface CulpritPatch {
  /** Its number among the patches that are kept, from 1. */
  readonly number: number;
  readonly pass: string;
  readonly place: string;
  readonly run: number;
  /** Name of the patch; absent when the pass failed between patches. */
  readonly patch?: string;
  readonly nodes: readonly string[];
}

/** What a bisection found: the patch at fault, or that there is none. */
export type Bisection =
  /** The property does not even hold for the model as it comes in. */
  | { readonly status: 'never-held'; readonly runs: number }
  /** The property holds with all patches. */
  | { readonly status: 'holds'; readonly patches: number; readonly runs: number }
  | {
      readonly status: 'found';
      readonly culprit: CulpritPatch;
      /** How often the pipeline was run. */
      readonly runs: number;
      /** The model without the patch at fault, for which the property holds. */
      readonly before: Model;
      /** The model with it; absent when the pipeline fails on it. */
      readonly after?: Model;
      /** What the pipeline failed with. */
      readonly error?: unknown;
    };

/** How the pipeline is run in each trial. */
export interface BisectOptions extends Pick<PipelineOptions, 'verify' | 'seed'> {
  readonly context: PassContext;
  /** Is told what is tried: how many patches are kept. */
  readonly onTrial?: ((patches: number) => void) | undefined;
}

interface Trial {
  readonly model: Model;
  readonly kept: number;
  readonly last: KeptPatch | undefined;
  readonly failure: PassFailure | undefined;
}

/**
 * Finds the first patch after which a property is lost, by running the pipeline with fewer patches: about
 * log2(patches) + 3 times. A pipeline that fails has lost every property. When the property comes and goes, the patch that
 * is found is one of those that lose it.
 *
 * @param makeModel the same model whenever it is called, since each trial changes its own
 * @param makePasses passes that do the same whenever they are run
 * @param holds the property; may run the model, and must not change it
 * @throws SenteiError `cancelled`, and what `makeModel`, `makePasses` and `holds` throw
 */
export async function bisectPipeline(
  makeModel: () => Model | Promise<Model>,
  makePasses: () => readonly Pass[],
  holds: (model: Model) => boolean | Promise<boolean>,
  options: BisectOptions,
): Promise<Bisection> {
  let runs = 0;
  const run = async (patches: number): Promise<Trial> => {
    options.onTrial?.(patches);
    runs++;
    return runTrial(await makeModel(), makePasses(), patches, options);
  };
  const isGood = async ({ model, failure }: Trial) => failure === undefined && holds(model);

  if (!(await isGood({ model: await makeModel(), kept: 0, last: undefined, failure: undefined }))) {
    return { status: 'never-held', runs };
  }
  const whole = await run(Number.POSITIVE_INFINITY);
  if (await isGood(whole)) return { status: 'holds', patches: whole.kept, runs };
  // Invariant: the property holds with `good` patches and is lost with `bad`.
  let good = 0;
  let bad = whole.kept + (whole.failure === undefined ? 0 : 1);
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (await isGood(await run(middle))) good = middle;
    else bad = middle;
  }
  const before = await run(good);
  const after = await run(bad);
  const culprit = culpritOf(after, bad);
  const { failure } = after;
  return failure === undefined
    ? { status: 'found', culprit, runs, before: before.model, after: after.model }
    : { status: 'found', culprit, runs, before: before.model, error: failure.error };
}

async function runTrial(
  model: Model,
  passes: readonly Pass[],
  stopAfter: number,
  { context, verify, seed }: BisectOptions,
): Promise<Trial> {
  let last: KeptPatch | undefined;
  let failure: PassFailure | undefined;
  const watch: Instrument = {
    afterPatch: (kept) => {
      last = kept;
    },
    onFailure: (found) => {
      failure = found;
    },
  };
  try {
    await runPipeline(model, passes, context, { verify, seed, stopAfter, instruments: [watch] });
  } catch (error) {
    if (failure === undefined) throw error;
  }
  return { model, kept: last?.number ?? 0, last, failure };
}

function culpritOf({ last, failure }: Trial, number: number): CulpritPatch {
  if (failure !== undefined) {
    const { pass, place, run, patch } = failure;
    return {
      number,
      pass: pass.id,
      place,
      run,
      nodes: patch?.nodes ?? [],
      ...(patch ? { patch: patch.name } : {}),
    };
  }
  if (last === undefined || last.number !== number) {
    throw new SenteiError('not-reproduced', 'the pipeline does not apply the same patches from run to run', {
      hint: 'passes have to do the same whenever they are run on the same model: use context.random for random numbers',
    });
  }
  const { pass, place, run, patch } = last;
  return { number, pass: pass.id, place, run, patch: patch.name, nodes: patch.nodes };
}
