import {
  type AxisRole,
  type DistanceBias,
  matchDistanceBias,
  type ScoreReading,
  type View,
} from '@sentei/anatomy';
import type { Node, TypeTable, Value } from '@sentei/ir';
import type { Unprunable } from './decaying-attention.ts';
import { distanceDecay } from './distance-decay.ts';
import type { ReadDecay } from './read-decay.ts';

/** Least bias of a row's own key that leaves masked scores far below it. */
const LEAST_OWN_BIAS = -20;

/** Reads a bias that depends on head and distance only; `undefined` for any other. */
export function readDistance(
  { leaf, coefficient }: ScoreReading['biases'][number],
  { scores, keyMasks }: ScoreReading,
  heads: number,
  types: TypeTable,
): ReadDecay | Unprunable | undefined {
  const distance = matchDistanceBias(leaf.value, types, rolesOf(leaf.view, scores));
  return distance && decayOf(distance, coefficient, heads, keyMasks);
}

/** ALiBi with one slope for all heads. */
export function readSlope(slope: number, heads: number): ReadDecay | Unprunable {
  const none = {
    samples: undefined,
    table: undefined,
    own: undefined,
    hidden: undefined,
    counted: undefined,
  };
  const decay = distanceDecay({ slopes: [slope], ...none }, heads);
  return 'reason' in decay ? decay : { decay, isAnchored: false, hidden: undefined };
}

function decayOf(
  distance: DistanceBias,
  coefficient: number,
  heads: number,
  masks: ScoreReading['keyMasks'],
): ReadDecay | Unprunable {
  const decay = distanceDecay(distance, heads, coefficient);
  if ('reason' in decay) return decay;
  const { counted, own = Number.NEGATIVE_INFINITY } = distance;
  // Of keys that do not count nothing is known: the same mask has to hide them.
  if (counted !== undefined && !masks.some((mask) => !mask.visibleWhenZero && isMadeOf(mask.value, counted)))
    return { reason: 'keys that do not count for distances are not masked' };
  const hidden = distance.hidden === undefined ? undefined : coefficient * distance.hidden;
  return { decay, isAnchored: coefficient > 0 && coefficient * own >= LEAST_OWN_BIAS, hidden };
}

const POSITIONS: Readonly<Record<string, AxisRole>> = { q: 'query', k: 'key' };

/** What the axes of a bias run along, where batch and heads are two axes of the scores, or one that is both. */
function rolesOf(view: View, scores: View): AxisRole[] {
  const head = scores.length === 4 ? '1' : '0.1';
  return view.map(([factor, ...others]) => {
    if (factor === undefined) return 'one';
    if (others.length > 0) return 'batch';
    return factor.axis === head ? 'head' : (POSITIONS[factor.axis] ?? 'batch');
  });
}

/** Whether a mask is another one, moved about. */
function isMadeOf(mask: Value, source: Value): boolean {
  for (let value: Value | undefined = mask; value !== undefined; ) {
    if (value === source) return true;
    const producer: Node | null = value.producer;
    value = producer?.is('Cast', 'Identity', 'Unsqueeze', 'Expand', 'Reshape')
      ? producer.input(0)
      : undefined;
  }
  return false;
}
