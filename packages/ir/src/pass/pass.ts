import type { z } from 'zod';
import type { Model } from '../graph/model.ts';
import type { Random } from '../random.ts';
import type { Calibrator } from './calibration.ts';
import { checkOptions } from './check-options.ts';
import type { Interval } from './criterion.ts';
import type { Executor } from './executor.ts';
import { completeContext } from './run-context.ts';

/**
 * What a patch promises: `exact` changes nothing but rounding, `bounded` changes outputs within a proven bound,
 * `empirical` has to be judged on data before it is kept.
 */
export type Guarantee = 'exact' | 'bounded' | 'empirical';

/** A named change to the graph with the scores that argue for it. `apply` is called at most once. */
export interface Patch {
  readonly kind: 'patch';
  readonly name: string;
  readonly guarantee: Guarantee;
  /** The nodes it is about, as messages name them. */
  readonly nodes: readonly string[];
  readonly scores?: Readonly<Record<string, number>>;
  readonly reason?: string;
  /** Changes the graph. Throws nothing on purpose: what cannot be done is not proposed. */
  apply(): void;
}

/** Something that was looked at and is left as it is, with the reason. */
export interface Refusal {
  readonly kind: 'refusal';
  readonly name: string;
  readonly nodes: readonly string[];
  readonly scores?: Readonly<Record<string, number>>;
  readonly reason: string;
}

/** What a pass yields. */
export type Proposal = Patch | Refusal;

/** What became of the proposal that was yielded last. */
export type Decision = 'applied' | 'reverted' | 'refused';

/** What `propose` returns: a generator that is told the decision on what it yielded. */
export type Proposals = Generator<Proposal, void, Decision> | AsyncGenerator<Proposal, void, Decision>;

/** The data a figure is measured on; the last one is kept for the report and never steers a decision. */
export type Split = 'calibration' | 'selection' | 'heldout';

/** A figure with each example's part of it, in the order of the data; what a score is only its judge knows. */
export interface Measurement {
  readonly value: number;
  readonly scores: readonly unknown[];
}

/** Measures the quality of a model on data. Passes declare what they need here; a runtime implements it. */
export interface Judge {
  readonly metric: { readonly name: string; readonly lowerIsBetter: boolean };
  /** Measures a model, which is only read, on one split of the data. */
  measure(model: Model, split: Split): Promise<number>;
  /** As `measure`, with what `dropInterval` needs. */
  measureExamples?(model: Model, split: Split): Promise<Measurement>;
  /**
   * The range that is meant to hold the relative drop (`relativeDrop`) from one model to another, both measured on the same
   * split by this judge.
   */
  dropInterval?(original: Measurement, candidate: Measurement, confidence?: number): Interval;
}

/** Takes messages for people. */
export interface Logger {
  /** Something worth knowing. */
  info(message: string): void;
  /** Something that may be wrong. */
  warn(message: string): void;
}

/** How far a long step is: `done` of `total` pieces. */
export interface Progress {
  readonly message: string;
  readonly done: number;
  readonly total: number;
}

/** What a pipeline is run with, and what a pass may use besides the model: there are no globals. */
export interface PassContext {
  readonly logger: Logger;
  /** Absent when there is no data to judge on: empirical patches are then refused. */
  readonly judge: Judge | undefined;
  /** Absent when nothing can be run: passes then do without the numbers it would give. */
  readonly executor?: Executor | undefined;
  /** Absent when there is no data to calibrate on: passes then do without statistics of it. */
  readonly calibration?: Calibrator | undefined;
  /** Largest loss of the judge's metric that a pipeline may cause, relative to the original model. */
  readonly maxDrop: number;
  /** With it the upper end of the loss's interval has to be within `maxDrop`; without, the loss itself. */
  readonly confidence?: number | undefined;
  readonly signal?: AbortSignal;
  /** Hears how far the pass is. */
  progress(progress: Progress): void;
}

/** What a pass that was made with `definePass` is run with: the same, and what belongs to this run of this pass. */
export interface RunContext extends PassContext {
  /** Numbers that are the same whenever the same pass runs at the same place of a pipeline with the same seed. */
  readonly random: Random;
  /** Adds to a figure of this run, such as `folded`; figures are in the record of the run. Default: 1. */
  count(name: string, amount?: number): void;
  /** @throws SenteiError `cancelled` */
  throwIfCancelled(): void;
  /**
   * Lets signals through, which a pass that only computes holds up, and stops where one has come. Cheap enough for every
   * node of a graph.
   *
   * @throws SenteiError `cancelled`
   */
  checkpoint(): Promise<void>;
}

/** A pass at one setting of its options, which may be run many times. */
export interface Pass {
  readonly id: string;
  readonly description: string;
  readonly guarantee: Guarantee;
  /** Every option with its value, defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Proposes patches one by one; what is yielded tells what became of the last. Changes nothing itself. */
  propose(model: Model, context: PassContext): Proposals;
}

/** Makes passes: call it with options, or read its id and schema for a command line. */
export interface PassFactory<Schema extends z.ZodObject = z.ZodObject> {
  (options?: z.input<Schema>): Pass;
  readonly id: string;
  readonly description: string;
  readonly schema: Schema;
}

/** What `definePass` makes a factory from. */
export interface PassDefinition<Schema extends z.ZodObject> {
  readonly id: string;
  readonly description: string;
  readonly guarantee: Guarantee;
  /** A strict object schema; every field has a default. */
  readonly schema: Schema;
  /** As `propose` of `Pass`, with the options checked and their defaults filled in. */
  propose(model: Model, context: RunContext, options: z.output<Schema>): Proposals;
}

/** Turns a definition into the factory that packages export and pipelines look up. */
export function definePass<Schema extends z.ZodObject>(
  definition: PassDefinition<Schema>,
): PassFactory<Schema> {
  const { id, description, guarantee, schema, propose } = definition;
  const create = (options?: z.input<Schema>): Pass => {
    const values = checkOptions(id, schema, options ?? {});
    return {
      id,
      description,
      guarantee,
      options: values,
      propose: (model, context) => propose(model, completeContext(context, id), values),
    };
  };
  return Object.assign(create, { id, description, schema });
}
