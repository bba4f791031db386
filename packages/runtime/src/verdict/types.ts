import type { Interval, Outcome } from '@sentei/ir';
import type { Machine } from '../machine/machine.ts';
import type { RolloutPlan } from '../rollout/types.ts';
import type { Validation } from '../validate.ts';
import type { Effort } from '../validation/types.ts';
import type { Budget, CriterionName } from './budget.ts';

/** What a verdict can be about. */
export type Quantity =
  /** Loss of the metric on held-out data, relative to the original: 0.01 is one per cent worse. */
  | 'drop'
  /** The same on shifted data. */
  | 'shift drop'
  /** Kullback-Leibler divergence of the output distribution from the original's, nats, mean over rows. */
  | 'divergence'
  /** Share of rows whose largest output is at the same place as the original's. */
  | 'top-1 agreement'
  /** Cosine similarity of outputs with the original's. */
  | 'cosine similarity'
  /** Time of the original over time of the candidate. */
  | 'speed-up'
  /** Peak memory of the candidate over that of the original. */
  | 'memory ratio'
  /** Bytes of the candidate, external data included, over those of the original. */
  | 'size ratio';

/** One figure that a verdict is based on. */
export interface Figure {
  readonly quantity: Quantity;
  /** What it was measured on, as `windows of 1024 bytes`: tells figures of one quantity apart. */
  readonly where: string;
  /** `null` when it could not be measured. */
  readonly value: number | null;
  readonly interval: Interval | null;
  /** Why there is no value. */
  readonly reason?: string | undefined;
}

/** What became of one criterion of a budget: of the worst figure that it is about. */
export interface CriterionResult {
  readonly name: CriterionName;
  /** What was measured, and on what. */
  readonly quantity: Quantity;
  readonly where: string | null;
  readonly measured: number | null;
  readonly interval: Interval | null;
  readonly limit: number;
  readonly outcome: Outcome;
  /** One line for people, which says what number decided. */
  readonly reason: string;
}

/** Whether a candidate may take the original's place, and why. */
export interface Verdict {
  readonly outcome: 'pass' | 'fail';
  /** In the order of the budget's criteria. */
  readonly criteria: readonly CriterionResult[];
  readonly budget: Budget;
  /** Whether criteria that nothing was measured for were let pass. */
  readonly allowUnknown: boolean;
}

/** A model file that was validated. */
export interface ValidatedModel {
  readonly path: string;
  /** Bytes of the file, and of the files beside it that hold weights. */
  readonly fileBytes: number;
  readonly externalBytes: number;
  readonly sha256: string;
}

/** Data that was judged on. */
export interface ValidatedData {
  readonly path: string;
  readonly kind: string;
  /** Of contents and options. */
  readonly fingerprint: string;
  /** Held-out examples; windows of text are counted by their figures. */
  readonly examples: number;
  /** Rows left out because two splits had them. */
  readonly dropped: number;
  readonly metric: string | null;
}

/** What `sentei validate` has found: the content of `validation.json`. */
export interface ValidationRecord {
  /** Version of this format. */
  readonly version: 1;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly software: {
    readonly sentei: string;
    readonly onnxruntimeNode: string;
    readonly node: string;
  };
  /** Absent when ONNX Runtime does not start. */
  readonly machine: Machine | null;
  readonly options: {
    readonly budget: Budget;
    /** The same as text. */
    readonly budgetText: string;
    readonly allowUnknown: boolean;
    readonly effort: Effort;
    readonly threads: number;
    readonly shifts: readonly string[];
  };
  readonly original: ValidatedModel;
  readonly candidate: ValidatedModel;
  readonly data: ValidatedData | null;
  readonly validation: Extract<Validation, { readonly status: 'done' }>;
  readonly verdict: Verdict;
  readonly rollout: RolloutPlan;
  readonly warnings: readonly string[];
}
