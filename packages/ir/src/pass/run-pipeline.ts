import { SenteiError } from '../errors.ts';
import type { Model } from '../graph/model.ts';
import { assertValid } from '../verify.ts';
import type { Instrument } from './instrument.ts';
import { measureSelection } from './judge-patch.ts';
import type { Measurement, Pass, PassContext } from './pass.ts';
import { isPassGroup } from './pass-group.ts';
import { PassRun } from './pass-run.ts';
import type { PassRecord } from './records.ts';
import { countModel, type ModelStatistics } from './statistics.ts';

/** When the graph is checked: after each patch, after each pass that changed something, or never. */
export type VerifyWhen = 'each' | 'pass' | 'none';

/** All values of {@link VerifyWhen}. */
export const VERIFY_WHEN: readonly VerifyWhen[] = ['each', 'pass', 'none'];

/** How a pipeline is run, besides what its passes are given. */
export interface PipelineOptions {
  /** Default: `each`. */
  readonly verify?: VerifyWhen | undefined;
  /** How many patches are kept at most; what is proposed after that is refused. Default: all. */
  readonly stopAfter?: number | undefined;
  /** Of the random numbers that passes may ask for. Default: 0. */
  readonly seed?: number | undefined;
  readonly instruments?: readonly Instrument[] | undefined;
}

/** What the passes of one pipeline share while it runs. */
export interface PipelineRun {
  readonly verify: VerifyWhen;
  readonly stopAfter: number;
  readonly seed: number;
  readonly instruments: readonly Instrument[];
  /** The judge's figure of the model as it came in. */
  readonly baseline: Measurement | undefined;
  /** Patches that were kept so far. */
  kept: number;
  /** Of the model as it is between two passes. */
  statistics: ModelStatistics;
}

/**
 * Runs passes in order, and those of a group as the group says. Each patch is applied, the graph verified, and the patch
 * kept or reverted: an empirical patch is judged on the selection data against the model as it came in, and reverted when
 * it breaks the budget. Linear in the model for each patch.
 *
 * @returns a record of each run of each pass, in order
 * @throws SenteiError `invalid-graph` when the model is invalid to begin with or a patch makes it so, `cancelled`,
 *   `invalid-option`, and whatever the judge, a patch or an instrument throws; the patch at work is reverted then, those
 *   kept before stay. With `verify: 'pass'` all patches of the pass that broke the graph are reverted.
 */
export async function runPipeline(
  model: Model,
  passes: readonly Pass[],
  context: PassContext,
  options: PipelineOptions = {},
): Promise<PassRecord[]> {
  const { verify = 'each', stopAfter = Number.POSITIVE_INFINITY, seed = 0, instruments = [] } = options;
  if (!(stopAfter >= 0)) {
    throw new SenteiError('invalid-option', `stopAfter is ${stopAfter}`, {
      subject: 'stopAfter',
      hint: 'give a number of patches, at least 0',
    });
  }
  if (verify !== 'none') assertValid(model);
  const empirical = passes.some((pass) => pass.guarantee === 'empirical');
  const { judge } = context;
  const baseline = empirical && judge ? await measureSelection(judge, model, context) : undefined;
  const statistics = countModel(model);
  const pipeline = { verify, stopAfter, seed, instruments, baseline, kept: 0, statistics };
  return new Runner(model, context, pipeline).run(passes);
}

class Runner {
  readonly #model: Model;
  readonly #context: PassContext;
  readonly #pipeline: PipelineRun;
  readonly #records: PassRecord[] = [];
  readonly #runs = new Map<string, number>();

  constructor(model: Model, context: PassContext, pipeline: PipelineRun) {
    this.#model = model;
    this.#context = context;
    this.#pipeline = pipeline;
  }

  async run(passes: readonly Pass[]): Promise<PassRecord[]> {
    await this.#runAll(passes, '');
    return this.#records;
  }

  async #runAll(passes: readonly Pass[], prefix: string): Promise<void> {
    for (const [index, pass] of passes.entries()) {
      const place = `${prefix}${index + 1}`;
      if (!isPassGroup(pass)) await this.#runPass(pass, place);
      else await this.#runRounds(pass.passes, pass.rounds, `${place}.`);
    }
  }

  async #runRounds(passes: readonly Pass[], rounds: number, prefix: string): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      const before = this.#pipeline.kept;
      await this.#runAll(passes, prefix);
      if (this.#pipeline.kept === before) return;
    }
  }

  async #runPass(pass: Pass, place: string): Promise<void> {
    const run = (this.#runs.get(place) ?? 0) + 1;
    this.#runs.set(place, run);
    const at = { pass, place, run };
    this.#records.push(await new PassRun(this.#model, at, this.#context, this.#pipeline).run());
  }
}
