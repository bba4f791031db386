import {
  checkCriterion,
  countModel,
  definePass,
  type Judge,
  type Model,
  type PassContext,
  type Patch,
  type Proposals,
  type Refusal,
  relativeDrop,
  SenteiError,
  tryChange,
} from '@sentei/ir';
import { z } from 'zod';
import { type Candidate, Candidates } from './candidates.ts';
import { removeSubBlocks } from './remove.ts';

const schema = z.strictObject({
  /** What is removed at a time: single residual branches, whole blocks, or whichever costs less. */
  granularity: z.enum(['sub-block', 'block', 'both']).default('both'),
  /** Blocks that are left at the least; a block is left while any of its sub-blocks is. */
  keep: z.int().min(0).default(0),
  /** Largest relative loss on the calibration data, where it should be less than the budget of the pipeline. */
  maxDrop: z.number().min(0).optional(),
});

/**
 * Layer collapse: removes the residual sub-blocks and blocks whose absence the model notices least, as long as it holds the
 * budget. Each candidate is removed on trial and measured on the calibration data, the best one is proposed, and all
 * others are measured again without it (greedy search of SLEB, arXiv 2402.09025). What is proposed is judged by the
 * pipeline on other data.
 */
export const collapse = definePass({
  id: 'collapse',
  description: 'Removes residual blocks and sub-blocks that a quality budget can spare.',
  guarantee: 'empirical',
  schema,
  propose,
});

interface Trial {
  readonly candidate: Candidate;
  /** Relative to the model as the pass found it; NaN where the model does not run without the candidate. */
  readonly drop: number;
  readonly parameters: number;
  readonly scores: Readonly<Record<string, number>>;
  readonly reason: string;
}

async function* propose(model: Model, context: PassContext, options: z.output<typeof schema>): Proposals {
  const candidates = new Candidates(model.graph, options.granularity);
  for (const { node, reason } of candidates.skipped) {
    yield { kind: 'refusal', name: 'residual sum', nodes: [`${node}`], reason };
  }
  const { judge } = context;
  if (judge === undefined) {
    const reason = 'there is no data to measure the loss on';
    for (const candidate of candidates.open()) yield refusal(candidate, reason);
    return;
  }
  const maxDrop = Math.min(context.maxDrop, options.maxDrop ?? Number.POSITIVE_INFINITY);
  const trials = new Trials(model, judge, context, maxDrop);
  let applied = true;
  while (applied) {
    const open: Candidate[] = [];
    for (const candidate of candidates.open()) {
      if (candidate.blocksLeft >= options.keep) open.push(candidate);
      else {
        candidates.settle(candidate);
        const { blocksLeft } = candidate;
        yield refusal(candidate, `it would leave ${blocksLeft} blocks, and ${options.keep} are to be kept`);
      }
    }
    const ranked: Trial[] = [];
    for (const [index, candidate] of open.entries()) {
      const trial = await trials.run(candidate, index, open.length);
      const { outcome } = checkCriterion({ bound: 'at most', limit: maxDrop }, { value: trial.drop });
      if (outcome === 'pass') ranked.push(trial);
      else {
        // Measured again on less of the model, it would hardly lose less: not worth a trial per round.
        candidates.settle(candidate);
        yield refusal(candidate, trial.reason, trial.scores);
      }
    }
    ranked.sort((a, b) => a.drop - b.drop || b.parameters - a.parameters);
    applied = false;
    for (const trial of ranked) {
      candidates.settle(trial.candidate);
      applied = (yield patch(trial)) === 'applied';
      if (applied) break;
    }
  }
}

/** Removes candidates on trial and measures what is left. */
class Trials {
  readonly #model: Model;
  readonly #judge: Judge;
  readonly #context: PassContext;
  readonly #maxDrop: number;
  #baseline: number | undefined;

  constructor(model: Model, judge: Judge, context: PassContext, maxDrop: number) {
    this.#model = model;
    this.#judge = judge;
    this.#context = context;
    this.#maxDrop = maxDrop;
  }

  /** @throws SenteiError `cancelled`, and whatever the judge throws on the unchanged model */
  async run(candidate: Candidate, done: number, total: number): Promise<Trial> {
    const { metric } = this.#judge;
    this.#throwIfCancelled();
    this.#baseline ??= await this.#judge.measure(this.#model, 'calibration');
    this.#throwIfCancelled();
    this.#context.progress({ message: `measuring the model without ${candidate.name}`, done, total });
    const before = countModel(this.#model).parameters;
    const baseline = this.#baseline;
    try {
      const [calibration, after] = await tryChange(
        this.#model,
        () => removeSubBlocks(candidate.parts),
        async () => {
          const measured = await this.#judge.measure(this.#model, 'calibration');
          return [measured, countModel(this.#model).parameters] as const;
        },
      );
      const drop = relativeDrop(baseline, calibration, metric.lowerIsBetter);
      const parameters = before - after;
      const scores = { calibration, baseline, calibrationDrop: drop, parameters };
      return { candidate, drop, parameters, scores, reason: this.#explain(baseline, calibration, drop) };
    } catch (error) {
      // The unchanged model has run, so this is the candidate's fault: a shape that the file did not tell.
      if (!(error instanceof SenteiError) || error.code !== 'runtime-failed') throw error;
      const reason = `the model does not run without it: ${error.message}`;
      return { candidate, drop: Number.NaN, parameters: 0, scores: {}, reason };
    }
  }

  #explain(baseline: number, measured: number, drop: number): string {
    const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
    const change = `${this.#judge.metric.name} ${baseline.toFixed(4)} becomes ${measured.toFixed(4)}`;
    return `${change} on the calibration data, a loss of ${percent(drop)}; the budget is ${percent(this.#maxDrop)}`;
  }

  #throwIfCancelled(): void {
    if (this.#context.signal?.aborted) throw new SenteiError('cancelled', 'pass collapse was cancelled');
  }
}

function patch({ candidate, scores, reason }: Trial): Patch {
  return {
    kind: 'patch',
    name: `remove ${candidate.name}`,
    guarantee: 'empirical',
    nodes: candidate.nodes,
    scores,
    reason,
    apply: () => removeSubBlocks(candidate.parts),
  };
}

function refusal(candidate: Candidate, reason: string, scores: Trial['scores'] = {}): Refusal {
  return { kind: 'refusal', name: `remove ${candidate.name}`, nodes: candidate.nodes, scores, reason };
}
