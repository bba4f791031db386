import { setImmediate as nextTurn } from 'node:timers/promises';
import { SenteiError } from '../errors.ts';
import type { Model } from '../graph/model.ts';
import { takeSnapshot } from '../graph/snapshot.ts';
import { assertValid } from '../verify.ts';
import { relativeDrop } from './budget.ts';
import type { Decision, Guarantee, Judge, Pass, PassContext, Patch, Proposal } from './pass.ts';
import { countModel, type ModelStatistics } from './statistics.ts';

/** What became of one proposal: the line of a report, an audit log and a dry run alike. */
export interface PatchRecord {
  readonly pass: string;
  readonly name: string;
  readonly nodes: readonly string[];
  readonly decision: Decision;
  readonly reason: string;
  readonly guarantee?: Guarantee;
  readonly scores: Readonly<Record<string, number>>;
}

/** What one pass of a pipeline did and how long it took. */
export interface PassRecord {
  readonly pass: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly milliseconds: number;
  readonly verifyMilliseconds: number;
  readonly before: ModelStatistics;
  readonly after: ModelStatistics;
  readonly patches: readonly PatchRecord[];
}

/**
 * Runs passes in order. Each patch is applied, the graph verified, and the patch kept or reverted: an empirical patch is
 * judged on the selection data against the model as it came in, and reverted when it breaks the budget.
 *
 * @throws SenteiError `invalid-graph` when the model is invalid to begin with or a patch makes it so, `cancelled`, and
 *   whatever the judge or a patch throws; the patch at work is reverted then, those kept before stay
 */
export async function runPipeline(
  model: Model,
  passes: readonly Pass[],
  context: PassContext,
): Promise<PassRecord[]> {
  assertValid(model);
  const empirical = passes.some((pass) => pass.guarantee === 'empirical');
  const baseline = empirical ? await context.judge?.measure(model, 'selection') : undefined;
  const records: PassRecord[] = [];
  for (const pass of passes) records.push(await new PassRun(model, pass, context, baseline).run());
  return records;
}

class PassRun {
  readonly #model: Model;
  readonly #pass: Pass;
  readonly #context: PassContext;
  readonly #baseline: number | undefined;
  readonly #patches: PatchRecord[] = [];
  #verifyMilliseconds = 0;

  constructor(model: Model, pass: Pass, context: PassContext, baseline: number | undefined) {
    this.#model = model;
    this.#pass = pass;
    this.#context = context;
    this.#baseline = baseline;
  }

  async run(): Promise<PassRecord> {
    const before = countModel(this.#model);
    const start = performance.now();
    this.#stopIfCancelled();
    const proposals = this.#pass.propose(this.#model, this.#context);
    try {
      let step = await proposals.next('refused');
      while (!step.done) {
        // Lets signals and timers through, which a pass that only computes would hold up to its end.
        await nextTurn();
        this.#stopIfCancelled();
        step = await proposals.next(await this.#decide(step.value));
      }
    } finally {
      await proposals.return();
    }
    return {
      pass: this.#pass.id,
      options: this.#pass.options,
      milliseconds: performance.now() - start - this.#verifyMilliseconds,
      verifyMilliseconds: this.#verifyMilliseconds,
      before,
      after: countModel(this.#model),
      patches: this.#patches,
    };
  }

  #stopIfCancelled(): void {
    if (!this.#context.signal?.aborted) return;
    throw new SenteiError('cancelled', `pass ${this.#pass.id} was cancelled`, {
      subject: this.#pass.id,
      hint: 'patches that were kept before are still in the model',
    });
  }

  async #decide(proposal: Proposal): Promise<Decision> {
    if (proposal.kind === 'refusal') return this.#record(proposal, 'refused', proposal.reason);
    if (proposal.guarantee === 'empirical') return this.#judge(proposal);
    this.#apply(proposal);
    return this.#record(proposal, 'applied', proposal.reason ?? proposal.guarantee);
  }

  async #judge(patch: Patch): Promise<Decision> {
    const { judge, maxDrop } = this.#context;
    if (judge === undefined) {
      return this.#record(patch, 'refused', 'there is no data to judge the loss on');
    }
    if (this.#baseline === undefined) {
      return this.#record(
        patch,
        'refused',
        `pass ${this.#pass.id} does not declare that its patches are empirical`,
      );
    }
    const undo = this.#apply(patch);
    const measured = await this.#measure(judge, undo);
    const drop = relativeDrop(this.#baseline, measured, judge.metric.lowerIsBetter);
    const scores = { selection: measured, selectionDrop: drop };
    const loss = `${judge.metric.name} gets worse by ${(100 * drop).toFixed(2)} %`;
    const budget = `the budget is ${(100 * maxDrop).toFixed(2)} %`;
    if (drop <= maxDrop) return this.#record(patch, 'applied', `${loss}, ${budget}`, scores);
    undo();
    return this.#record(patch, 'reverted', `${loss}, ${budget}`, scores);
  }

  /** A patch that could not be judged is not kept. */
  async #measure(judge: Judge, undo: () => void): Promise<number> {
    try {
      return await judge.measure(this.#model, 'selection');
    } catch (error) {
      undo();
      throw error;
    }
  }

  #apply(patch: Patch): () => void {
    const undo = takeSnapshot(this.#model);
    try {
      patch.apply();
      const start = performance.now();
      assertValid(this.#model);
      this.#verifyMilliseconds += performance.now() - start;
    } catch (cause) {
      undo();
      if (cause instanceof SenteiError && cause.code !== 'invalid-graph') throw cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new SenteiError(
        'invalid-graph',
        `patch '${patch.name}' of pass ${this.#pass.id} failed: ${why}`,
        {
          subject: patch.name,
          hint: 'this is a defect of the pass; leave it out of the pipeline and report it',
          cause,
        },
      );
    }
    return undo;
  }

  #record(
    proposal: Proposal,
    decision: Decision,
    reason: string,
    scores: Record<string, number> = {},
  ): Decision {
    this.#patches.push({
      pass: this.#pass.id,
      name: proposal.name,
      nodes: proposal.nodes,
      decision,
      reason,
      ...(proposal.kind === 'patch' ? { guarantee: proposal.guarantee } : {}),
      scores: { ...proposal.scores, ...scores },
    });
    return decision;
  }
}
