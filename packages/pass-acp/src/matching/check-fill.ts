import type { ScoreReading } from '@sentei/anatomy';
import type { Unprunable } from './decaying-attention.ts';
import type { ReadDecay } from './read-decay.ts';

/** A masked score of at most U + fill gets no weight in float32 next to one of at least −U, this far below it. */
const SAFE_FILL_MARGIN = 120;

/** A fill that takes the place of scores whose bound is not known. */
const LARGEST_FILL = -1e4;

/** A fill that is added to the forget bias has to outweigh it: the sum of the log gates of a whole sequence. */
const LARGEST_ADDED_FILL = -1e9;

/** Outweighs whatever else is added to a row. */
const FINAL_FILL = -1e29;

/**
 * Whether what masks put in place of scores, or add to them, rules keys out next to the row's own key. Numbers that do so for
 * any scores and gates that a model can come to count as −∞.
 */
export function checkFill(
  { replacing, added, keyMasks }: ScoreReading,
  scoreBound: number | undefined,
  { isAnchored, hidden = Number.NEGATIVE_INFINITY }: ReadDecay,
): Unprunable | undefined {
  const isBounded = scoreBound !== undefined && keyMasks.length === 0;
  const limit = isBounded ? -2 * scoreBound - SAFE_FILL_MARGIN : LARGEST_FILL;
  const fills = [
    [replacing, isAnchored ? limit : FINAL_FILL],
    // The bias has it in place of a number for the key, and the score is added.
    [hidden, isAnchored ? limit : FINAL_FILL],
    [added, isAnchored ? LARGEST_ADDED_FILL : FINAL_FILL],
  ] as const;
  const weak = fills.find(([fill, least]) => !(fill <= least));
  return weak && { reason: `the mask fill ${weak[0]} does not rule out masked keys` };
}
