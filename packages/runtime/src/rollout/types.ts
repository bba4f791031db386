/** A figure that is watched on the requests that the pruned model answers, with what validation found for it. */
export interface WatchedFigure {
  readonly name: string;
  /** Without labels a figure can be watched on any request, by running the original beside. */
  readonly needsLabels: boolean;
  readonly worse: 'higher' | 'lower';
  /** Its mean over examples. */
  readonly expected: number;
  /** Its standard deviation from example to example. */
  readonly deviation: number;
  /** The mean that is just tolerable; `null` when the budget says nothing about it. */
  readonly budget: number | null;
}

/** What validation has found about a pair of models, as far as a roll-out needs it. */
export interface RolloutInput {
  /** Which gates of the pruned model skip; `null` when it has none, and the share is that of two files. */
  readonly gates: { readonly input: string; readonly skipped: readonly boolean[] } | null;
  readonly figures: readonly WatchedFigure[];
  /** Time of the pruned model over that of the original as validated, and the speed-up the budget asks for. */
  readonly latency: { readonly ratio: number | null; readonly minSpeedup: number | null } | null;
}

/** How a figure is watched: a step goes back when the mean of `samples` requests is at or beyond `rollBackAt`. */
export interface WatchRule extends WatchedFigure {
  /** What is to be noticed, from the expected value on. */
  readonly margin: number;
  /** Requests of the pruned model that a decision takes; `null` when no number would do. */
  readonly samples: number | null;
  readonly rollBackAt: number | null;
  readonly note: string;
}

/** One step: the pruned model answers this share of the requests. */
export interface RolloutStep {
  readonly share: number;
  /** Requests, answered by either model, until enough of them were the pruned model's. */
  readonly requests: number;
}

/** One step by gates: every request skips these. */
export interface GateStep {
  readonly share: number;
  /** What to feed as gates. */
  readonly skip: readonly boolean[];
}

/** How a pruned model takes the original's place. */
export interface RolloutPlan {
  /** Version of this format. */
  readonly version: 1;
  readonly kind: 'gates' | 'files';
  /** What shares are shares of. */
  readonly of: 'requests';
  readonly assignment: { readonly seed: number; readonly rule: string };
  readonly power: number;
  /** One less the chance that any step of a roll-out that goes as validated is rolled back. */
  readonly confidence: number;
  readonly confidencePerStep: number;
  readonly watch: readonly WatchRule[];
  readonly latency: {
    readonly figure: string;
    readonly expected: number | null;
    readonly rollBackAbove: number;
    /** Requests of each model. */
    readonly samples: number;
    readonly source: string;
  };
  readonly steps: readonly RolloutStep[];
  /** For a model with gates: the same shares of the gates that it skips, in an order that the seed decides. */
  readonly gateSteps: readonly GateStep[] | null;
  /** Where the numbers of samples are from. */
  readonly source: string;
}
