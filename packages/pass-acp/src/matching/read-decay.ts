import {
  type AttentionCore,
  type AxisRole,
  type DistanceBias,
  hasRotaryPositions,
  matchDistanceBias,
  matchRunningSum,
  type ScoreReading,
  type View,
  type Viewed,
} from '@sentei/anatomy';
import type { TypeTable, Value } from '@sentei/ir';
import type { Decay, GateDecay, Unprunable } from './decaying-attention.ts';
import { distanceDecay } from './distance-decay.ts';
import type { OperandAxis } from './operand.ts';
import { elementTypeOf, type ReadOperand } from './read-operand.ts';

/** Least bias of a row's own key that leaves masked scores far enough below it. */
const LEAST_OWN_BIAS = -20;

export interface ReadDecay {
  readonly decay: Decay;
  /** Whether what is added to a row stays at or below zero up to its own key, so that the scores themselves tell its size. */
  readonly isAnchored: boolean;
  /** What keys after the query have in place of a bias, where the bias has the causal mask in it. */
  readonly hidden: number | undefined;
}

export type ReadOperandOf = (viewed: Viewed, wanted: readonly OperandAxis[]) => ReadOperand | undefined;

/** What decays: all that is added to the scores and differs between the keys of a query has to be one bias. */
export function readDecay(
  reading: ScoreReading,
  core: AttentionCore,
  read: ReadOperandOf,
  heads: number,
  types: TypeTable,
): ReadDecay | Unprunable {
  const alongKeys = reading.biases.filter(({ leaf }) => !isAlongRows(leaf.view));
  const [bias, second] = alongKeys;
  if (bias === undefined && reading.slope !== 0) return readSlope(reading.slope, heads);
  if (bias === undefined) return { reason: nothingDecays(core) };
  if (reading.slope !== 0)
    return { reason: `positions are added to the scores, and a bias (${bias.leaf.value})` };
  if (second !== undefined)
    return {
      reason: `two biases of keys are added to the scores (${second.leaf.value}, ${bias.leaf.value})`,
    };
  const gates = readGates(reading, bias, read, types);
  if (gates !== undefined) return gates;
  const distance = matchDistanceBias(bias.leaf.value, types, rolesOf(bias.leaf.view));
  if (distance !== undefined) return readDistance(distance, bias.coefficient, heads, reading.keyMasks);
  const found = bias.leaf.value.producer ?? bias.leaf.value;
  return { reason: `a bias is neither a forget bias nor a causal mask over a whole sequence (${found})` };
}

/** ALiBi with one slope for all heads. */
function readSlope(slope: number, heads: number): ReadDecay | Unprunable {
  const bias = {
    slopes: [slope],
    samples: undefined,
    table: undefined,
    own: undefined,
    hidden: undefined,
    counted: undefined,
  };
  const decay = distanceDecay(bias, heads);
  return 'reason' in decay ? decay : { decay, isAnchored: false, hidden: undefined };
}

function readDistance(
  distance: DistanceBias,
  coefficient: number,
  heads: number,
  masks: ScoreReading['keyMasks'],
): ReadDecay | Unprunable {
  const decay = distanceDecay(distance, heads, coefficient);
  if ('reason' in decay) return decay;
  const { counted } = distance;
  // Of keys that do not count nothing is known: the same mask has to hide them.
  if (counted !== undefined && !masks.some((mask) => !mask.visibleWhenZero && isMadeOf(mask.value, counted)))
    return { reason: 'keys that do not count for distances are not masked' };
  const hidden = distance.hidden === undefined ? undefined : coefficient * distance.hidden;
  const isAnchored =
    coefficient > 0 && coefficient * (distance.own ?? Number.NEGATIVE_INFINITY) >= LEAST_OWN_BIAS;
  return { decay, isAnchored, hidden };
}

const ROLES: Readonly<Record<string, AxisRole>> = { 0: 'batch', 1: 'head', q: 'query', k: 'key' };

/** What the axes of a bias run along; parts of axes are none of them. */
function rolesOf(view: View): AxisRole[] {
  return view.map(([factor, ...others]) =>
    factor === undefined ? 'one' : others.length > 0 ? 'batch' : (ROLES[factor.axis] ?? 'batch'),
  );
}

/** Whether a mask is another one moved about, or compared with zero. */
function isMadeOf(mask: Value, source: Value): boolean {
  for (let value: Value | undefined = mask; value !== undefined; ) {
    if (value === source) return true;
    value = value.producer?.is('Cast', 'Identity', 'Unsqueeze', 'Expand', 'Reshape')
      ? value.producer.input(0)
      : undefined;
  }
  return false;
}

/** The forget bias: −c of the key, and with it c of the query or anything else that is the same for all keys of a query. */
function readGates(
  reading: ScoreReading,
  { leaf, coefficient }: ScoreReading['biases'][number],
  read: ReadOperandOf,
  types: TypeTable,
): ReadDecay | Unprunable | undefined {
  const running = matchRunningSum(leaf, 'k', types);
  if (running === undefined || coefficient >= 0) return undefined;
  if (coefficient !== -1) return { reason: 'scores are scaled after a bias or mask was added' };
  const wanted = ['batch', 'head', 'position'] as const;
  const [cumulative, logGates] = [read(leaf, wanted), read(running.logGates, wanted)];
  if (cumulative === undefined || logGates === undefined)
    return { reason: 'forget gates are not laid out by batch, head and position' };
  const operand = ({ sharing, ...rest }: ReadOperand) => ({
    ...rest,
    ...(sharing !== 1 && { repeats: sharing }),
    ...(elementTypeOf(rest.value, types) !== 'float32' && { elementType: 'float32' as const }),
  });
  const rows = reading.biases.filter((each) => isAlongRows(each.leaf.view));
  const isAnchored =
    rows.length === 1 && rows.every((row) => row.coefficient === 1 && isSameSum(row.leaf, leaf, reading));
  const decay: GateDecay = { kind: 'gates', cumulative: operand(cumulative), logGates: operand(logGates) };
  return { decay, isAnchored, hidden: undefined };
}

/** Why attention without any bias that decays is left as it is. */
function nothingDecays(core: AttentionCore): string {
  const isRotary = hasRotaryPositions(core.query) || hasRotaryPositions(core.key);
  const positions = isRotary ? ' (rotary positions alone bound nothing)' : '';
  return `nothing to prune: no forget bias and no bias that falls with the distance${positions}`;
}

function isAlongRows(view: View): boolean {
  return !view.some((factors) => factors.some(({ axis }) => axis === 'k'));
}

/** Whether rows hold the sums of the keys at their own positions: the same value, or its last ones. */
function isSameSum(rows: Viewed, columns: Viewed, reading: ScoreReading): boolean {
  const node = rows.value.producer;
  const isLast = reading.pastLength !== 0 && node?.is('Slice') === true && node.input(0) === columns.value;
  if (rows.value !== columns.value && !isLast) return false;
  const key = (view: View) =>
    view.map((factors) => factors.map(({ axis }) => (axis === 'q' ? 'k' : axis)).join()).join('|');
  return key(rows.view) === key(columns.view);
}
