import type { Model } from '../graph/model.ts';
import type { Instrument } from './instrument.ts';

/** The text of a model after a change. */
export interface PrintedChange {
  /** Number of the patch, from 1. */
  readonly number: number;
  readonly place: string;
  readonly pass: string;
  readonly patch: string;
  readonly before: string;
  readonly after: string;
}

/**
 * Prints the model whenever it has changed: after each patch, compared by its text, so that a patch which changes nothing
 * is not shown. Costs the printing of the whole model for each patch that is kept.
 *
 * @param print writes a model as text
 * @param show is waited for
 */
export function printChanges(
  print: (model: Model) => string,
  show: (change: PrintedChange) => void | Promise<void>,
): Instrument {
  let before: string | undefined;
  return {
    beforePass: (_run, model) => {
      before ??= print(model);
    },
    afterPatch: async ({ number, place, pass, patch }, model) => {
      const after = print(model);
      const change = { number, place, pass: pass.id, patch: patch.name, before: before ?? '', after };
      before = after;
      if (change.before !== after) await show(change);
    },
  };
}
