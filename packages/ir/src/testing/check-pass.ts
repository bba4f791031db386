import fc from 'fast-check';
import { readModelBytes } from '../codec/read-model.ts';
import { writeModelBytes } from '../codec/write-model.ts';
import type { Model } from '../graph/model.ts';
import { takeSnapshot } from '../graph/snapshot.ts';
import type { Executor } from '../pass/executor.ts';
import type { Judge, Pass, PassContext, PassFactory } from '../pass/pass.ts';
import { runPipeline } from '../pass/run-pipeline.ts';
import { makeFeeds } from './feeds.ts';
import { agree, BrokenLaw, isValid, keptMetadata, sameBytes, sameSignature } from './laws.ts';
import { passOf, passSequence } from './pass-sequence.ts';
import { validModel } from './valid-model.ts';

/** How passes are checked. */
export interface CheckOptions {
  /** Runs the model before and after, whose outputs then have to agree. Passes get it, too. */
  readonly executor?: Executor | undefined;
  /** Largest difference of outputs, relative to the larger of 1 and the number; 1e-4 by default. */
  readonly tolerance?: number;
  /** Whether a second run is to find nothing more to do. */
  readonly idempotent?: boolean;
  /** Whether the pass is at a setting at which it is to change nothing at all. */
  readonly neutral?: boolean;
  /** Models to check on; `validModel()` by default. */
  readonly models?: fc.Arbitrary<Model>;
  /** Judges empirical patches; without one they are refused, and with one outputs need not agree. */
  readonly judge?: Judge;
  /** Number of random models; 50 by default. */
  readonly runs?: number;
  /** Seed of the random models, as fast-check prints it with a counterexample. */
  readonly seed?: number;
}

/** Proposals of one pass that are undone one by one. */
const UNDONE = 20;

/**
 * Checks a pass on random models: the graph stays valid; a second run on the same bytes gives the same bytes; undoing a
 * patch, or the whole pass, restores every byte; inputs, outputs and metadata stay; a pass that applies nothing changes
 * nothing; outputs agree where there is an executor; and, when asked for, that it is idempotent or neutral. A factory is
 * checked with random options of its schema, too.
 *
 * @throws Error of fast-check with the smallest model it found, whose `cause` is the `BrokenLaw`
 */
export async function checkPass(pass: Pass | PassFactory, options: CheckOptions = {}): Promise<void> {
  const passes = typeof pass === 'function' ? passOf(pass) : fc.constant(pass);
  await check(
    passes.map((one) => [one]),
    options,
  );
}

/**
 * Checks random sequences of passes with random options, the empty one among them, by the laws of `checkPass`.
 *
 * @throws Error of fast-check with the smallest model and sequence it found, whose `cause` is the `BrokenLaw`
 */
export async function checkPasses(
  factories: readonly PassFactory[],
  options: CheckOptions = {},
): Promise<void> {
  await check(passSequence(factories), options);
}

async function check(sequences: fc.Arbitrary<Pass[]>, options: CheckOptions): Promise<void> {
  const { models = validModel(), runs = 50, seed } = options;
  const property = fc.asyncProperty(
    models,
    sequences,
    fc.integer({ min: 1, max: 3 }),
    async (model, passes, extent) => new Check(model, passes, options).run(extent),
  );
  await fc.assert(property, { numRuns: runs, ...(seed === undefined ? {} : { seed }) });
}

class Check {
  readonly #bytes: Uint8Array;
  readonly #passes: readonly Pass[];
  readonly #options: CheckOptions;
  readonly #context: PassContext;

  constructor(model: Model, passes: readonly Pass[], options: CheckOptions) {
    this.#bytes = writeModelBytes(model);
    this.#passes = passes;
    this.#options = options;
    const silent = () => undefined;
    this.#context = {
      logger: { info: silent, warn: silent },
      judge: options.judge,
      executor: options.executor,
      maxDrop: 0.01,
      progress: silent,
    };
  }

  async run(extent: number): Promise<void> {
    const before = readModelBytes(this.#bytes);
    const after = readModelBytes(this.#bytes);
    const undo = takeSnapshot(after);
    const records = await runPipeline(after, this.#passes, this.#context);
    isValid(after, 'after the passes');
    const bytes = writeModelBytes(after);
    const reread = readModelBytes(bytes);
    isValid(reread, 'read from the file that was written');
    sameBytes('round trip', writeModelBytes(reread), bytes, 'the result, read and written again');
    sameSignature(reread, before);
    keptMetadata(reread, before);
    if (records.every(({ patches }) => patches.every(({ decision }) => decision !== 'applied'))) {
      sameBytes('refusal changes nothing', bytes, this.#bytes, 'no patch was applied');
    }
    if (this.#options.neutral) sameBytes('neutral', bytes, this.#bytes, 'the pass is at its neutral setting');
    sameBytes('deterministic', await this.#result(this.#bytes), bytes, 'a second run on the same file');
    if (this.#options.idempotent) {
      sameBytes('idempotent', await this.#result(bytes), bytes, 'a second run on the result');
    }
    undo();
    isValid(after, 'after undoing the passes');
    sameBytes('undo', writeModelBytes(after), this.#bytes, 'the passes were undone');
    for (const pass of this.#passes) await this.#undoEach(pass);
    await this.#compare(before, reread, extent);
  }

  async #result(bytes: Uint8Array): Promise<Uint8Array> {
    const model = readModelBytes(bytes);
    await runPipeline(model, this.#passes, this.#context);
    return writeModelBytes(model);
  }

  /** Applies each patch on its own and undoes it, as the pass manager does with one that breaks the budget. */
  async #undoEach(pass: Pass): Promise<void> {
    const model = readModelBytes(this.#bytes);
    const proposals = pass.propose(model, this.#context);
    let step = await proposals.next('refused');
    for (let count = 0; !step.done && count < UNDONE; count++) {
      const proposal = step.value;
      if (proposal.kind === 'patch') {
        const undo = takeSnapshot(model);
        proposal.apply();
        isValid(model, `after patch '${proposal.name}'`);
        undo();
        isValid(model, `after undoing patch '${proposal.name}'`);
        sameBytes('undo', writeModelBytes(model), this.#bytes, `patch '${proposal.name}' was undone`);
      }
      step = await proposals.next(proposal.kind === 'patch' ? 'reverted' : 'refused');
    }
    await proposals.return();
  }

  async #compare(before: Model, after: Model, extent: number): Promise<void> {
    const { executor, judge, tolerance = 1e-4 } = this.#options;
    if (executor === undefined || judge !== undefined) return;
    const feeds = makeFeeds(before, extent, this.#bytes.length);
    const wanted = await executor.run(before, feeds);
    for (const [name, tensor] of wanted) {
      if (tensor.isFloat && !tensor.numbers().every(Number.isFinite)) {
        throw new BrokenLaw('agreement', `output ${name} of the model as it came in is not finite`);
      }
    }
    agree(await executor.run(after, feeds), wanted, tolerance);
  }
}
