import { setImmediate as nextTurn } from 'node:timers/promises';
import { SenteiError } from '../errors.ts';
import type { Model } from '../graph/model.ts';
import { takeSnapshot } from '../graph/snapshot.ts';
import { assertValid } from '../verify.ts';
import { type PassRunPlace, tell } from './instrument.ts';
import { judgePatch, measureSelection } from './judge-patch.ts';
import type { Decision, Judge, Measurement, PassContext, Patch, Proposal } from './pass.ts';
import { MOST_REFUSALS, type PassRecord, type PatchRecord, patchRecord } from './records.ts';
import { PassRunContext } from './run-context.ts';
import type { PipelineRun } from './run-pipeline.ts';
import { countModel } from './statistics.ts';

/** Runs one pass once: asks for proposals, decides about each, and keeps the books. */
export class PassRun {
  readonly #model: Model;
  readonly #at: PassRunPlace;
  readonly #pipeline: PipelineRun;
  readonly #context: PassRunContext;
  readonly #patches: PatchRecord[] = [];
  readonly #decisions: Record<Decision, number> = { applied: 0, reverted: 0, refused: 0 };
  #verifyMilliseconds = 0;
  /** The patch at work. */
  #patch: Patch | undefined;

  constructor(model: Model, at: PassRunPlace, context: PassContext, pipeline: PipelineRun) {
    this.#model = model;
    this.#at = at;
    this.#pipeline = pipeline;
    this.#context = new PassRunContext(context, at.pass.id, pipeline.seed, `${at.place} ${at.run}`);
  }

  async run(): Promise<PassRecord> {
    const { instruments } = this.#pipeline;
    try {
      this.#context.throwIfCancelled();
      await tell(instruments, 'beforePass', this.#at, this.#model);
      const record = await this.#run();
      await tell(instruments, 'afterPass', record, this.#model);
      return record;
    } catch (error) {
      if (!(error instanceof SenteiError && error.code === 'cancelled')) await this.#tellFailure(error);
      throw error;
    }
  }

  async #run(): Promise<PassRecord> {
    const { pass, place, run } = this.#at;
    const before = this.#pipeline.statistics;
    const start = performance.now();
    // What breaks the graph is found at the end of the pass only, so all of the pass is undone then.
    const undo = this.#pipeline.verify === 'pass' ? takeSnapshot(this.#model) : undefined;
    const proposals = pass.propose(this.#model, this.#context);
    try {
      let step = await proposals.next('refused');
      while (!step.done) {
        // Lets signals and timers through, which a pass that only computes would hold up to its end.
        await nextTurn();
        this.#context.throwIfCancelled();
        step = await proposals.next(await this.#decide(step.value));
      }
    } finally {
      await proposals.return();
    }
    if (undo !== undefined && this.#decisions.applied > 0) this.#verifyPass(undo);
    const milliseconds = performance.now() - start - this.#verifyMilliseconds;
    if (this.#decisions.applied > 0) this.#pipeline.statistics = countModel(this.#model);
    return {
      pass: pass.id,
      place,
      run,
      options: pass.options,
      milliseconds,
      verifyMilliseconds: this.#verifyMilliseconds,
      before,
      after: this.#pipeline.statistics,
      decisions: this.#decisions,
      counters: this.#context.counters,
      patches: this.#patches,
    };
  }

  async #decide(proposal: Proposal): Promise<Decision> {
    if (proposal.kind === 'refusal') return this.#record(proposal, 'refused', proposal.reason);
    const { stopAfter } = this.#pipeline;
    if (this.#pipeline.kept >= stopAfter) {
      return this.#record(
        proposal,
        'refused',
        `stopped after ${stopAfter} ${stopAfter === 1 ? 'patch' : 'patches'}`,
      );
    }
    await this.#tellProposal(proposal);
    if (proposal.guarantee === 'empirical') return this.#judge(proposal);
    this.#apply(proposal);
    return this.#record(proposal, 'applied', proposal.reason ?? proposal.guarantee);
  }

  async #judge(patch: Patch): Promise<Decision> {
    const { judge } = this.#context;
    const { baseline } = this.#pipeline;
    if (judge === undefined) {
      return this.#record(patch, 'refused', 'there is no data to judge the loss on');
    }
    if (baseline === undefined) {
      const reason = `pass ${this.#at.pass.id} does not declare that its patches are empirical`;
      return this.#record(patch, 'refused', reason);
    }
    const undo = this.#apply(patch);
    const measured = await this.#measure(judge, undo);
    const { outcome, scores, reason } = judgePatch(judge, baseline, measured, this.#context);
    if (outcome === 'pass') return this.#record(patch, 'applied', reason, scores);
    undo();
    return this.#record(patch, 'reverted', reason, scores);
  }

  /** A patch that could not be judged is not kept. */
  async #measure(judge: Judge, undo: () => void): Promise<Measurement> {
    try {
      return await measureSelection(judge, this.#model, this.#context);
    } catch (error) {
      undo();
      throw error;
    }
  }

  #apply(patch: Patch): () => void {
    this.#patch = patch;
    const undo = takeSnapshot(this.#model);
    try {
      patch.apply();
      if (this.#pipeline.verify === 'each') this.#verify();
    } catch (cause) {
      undo();
      throw broken(`patch '${patch.name}' of pass ${this.#at.pass.id}`, patch.name, cause);
    }
    return undo;
  }

  #verifyPass(undo: () => void): void {
    try {
      this.#verify();
    } catch (cause) {
      undo();
      throw broken(`pass ${this.#at.pass.id}`, this.#at.pass.id, cause);
    }
  }

  #verify(): void {
    const start = performance.now();
    try {
      assertValid(this.#model);
    } finally {
      this.#verifyMilliseconds += performance.now() - start;
    }
  }

  async #record(
    proposal: Proposal,
    decision: Decision,
    reason: string,
    scores: Readonly<Record<string, number>> = {},
  ): Promise<Decision> {
    this.#patch = undefined;
    this.#decisions[decision]++;
    const { instruments } = this.#pipeline;
    const number = this.#pipeline.kept + 1;
    const patch = patchRecord(this.#at.pass.id, proposal, decision, reason, scores);
    if (decision !== 'refused' || this.#decisions.refused <= MOST_REFUSALS) this.#patches.push(patch);
    if (decision === 'applied') this.#pipeline.kept = number;
    const decided = { ...this.#at, number, patch };
    await tell(instruments, 'onDecision', decided, this.#model);
    if (decision === 'applied') await tell(instruments, 'afterPatch', decided, this.#model);
    return decision;
  }

  async #tellProposal({ name, nodes, guarantee, scores = {}, reason = guarantee }: Patch): Promise<void> {
    const patch = { name, nodes, guarantee, scores, reason };
    const proposed = { ...this.#at, number: this.#pipeline.kept + 1, patch };
    await tell(this.#pipeline.instruments, 'onProposal', proposed, this.#model);
  }

  async #tellFailure(error: unknown): Promise<void> {
    const patch = this.#patch && { name: this.#patch.name, nodes: this.#patch.nodes };
    const number = this.#pipeline.kept + 1;
    const failure = { ...this.#at, error, number, ...(patch ? { patch } : {}) };
    try {
      await tell(this.#pipeline.instruments, 'onFailure', failure, this.#model);
    } catch (second) {
      // The failure itself is what has to come out.
      const why = second instanceof Error ? second.message : String(second);
      this.#context.logger.warn(`the failure of pass ${this.#at.pass.id} could not be recorded: ${why}`);
    }
  }
}

/** An error of another kind was thrown on purpose, such as data that cannot be read, and is passed on as it is. */
function broken(what: string, subject: string, cause: unknown): SenteiError {
  if (cause instanceof SenteiError && cause.code !== 'invalid-graph') return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new SenteiError('invalid-graph', `${what} failed: ${why}`, {
    subject,
    hint: 'this is a defect of the pass; leave it out of the pipeline and report it',
    cause,
  });
}
