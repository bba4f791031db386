import type { Model } from '../graph/model.ts';
import type { Pass, Patch } from './pass.ts';
import type { PassRecord, PatchRecord } from './records.ts';

/** One run of one pass, as those who watch it see it. */
export interface PassRunPlace {
  readonly pass: Pass;
  readonly place: string;
  readonly run: number;
}

/** A patch that was kept. */
export interface KeptPatch extends PassRunPlace {
  /** Its number among the patches that were kept since the pipeline began, from 1: that of `stopAfter`. */
  readonly number: number;
  readonly patch: PatchRecord;
}

/** A patch that is about to be applied, and judged where it has to be. */
export interface ProposedPatch extends PassRunPlace {
  /** The number that the patch gets if it is kept. */
  readonly number: number;
  readonly patch: Required<Pick<Patch, 'name' | 'nodes' | 'guarantee' | 'scores' | 'reason'>>;
}

/** What became of a proposal. */
export interface DecidedPatch extends PassRunPlace {
  /** Its number when it was kept, else that of the next one that is. */
  readonly number: number;
  readonly patch: PatchRecord;
}

/** Why a pipeline ended before its end. */
export interface PassFailure extends PassRunPlace {
  readonly error: unknown;
  /** The patch at work; absent when the pass failed between patches. */
  readonly patch?: { readonly name: string; readonly nodes: readonly string[] };
  /** The number that the patch would have got, or that the next one would. */
  readonly number: number;
}

/**
 * Watches a pipeline. It is told in the order of the list, waited for, and may read the model but not change it. What it
 * throws ends the pipeline, except out of `onFailure`, where it is only logged.
 */
export interface Instrument {
  /** Before a pass is run, once for each run. */
  beforePass?(run: PassRunPlace, model: Model): void | Promise<void>;
  /** Before a patch is applied. Refusals are not told here. */
  onProposal?(proposed: ProposedPatch, model: Model): void | Promise<void>;
  /** After every decision: applied, reverted and refused ones, however many. */
  onDecision?(decided: DecidedPatch, model: Model): void | Promise<void>;
  /** After a patch was kept; those that are reverted or refused leave the model as it was. */
  afterPatch?(kept: KeptPatch, model: Model): void | Promise<void>;
  /** After a run of a pass, with its record. */
  afterPass?(record: PassRecord, model: Model): void | Promise<void>;
  /** After a pass threw or broke the graph, the patch at work undone. Cancelling is no failure. */
  onFailure?(failure: PassFailure, model: Model): void | Promise<void>;
}

/** Tells each instrument that listens, one after the other. */
export async function tell<Event extends keyof Instrument>(
  instruments: readonly Instrument[],
  event: Event,
  ...told: Parameters<NonNullable<Instrument[Event]>>
): Promise<void> {
  for (const instrument of instruments) {
    const listen = instrument[event] as ((...told: unknown[]) => void | Promise<void>) | undefined;
    await listen?.apply(instrument, told);
  }
}
