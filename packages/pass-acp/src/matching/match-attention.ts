import {
  type AttentionCore,
  type AxisRole,
  type BoundFacts,
  type DistanceBias,
  hasRotaryPositions,
  matchDistanceBias,
  matchRunningSum,
  readScores,
  type ScoreReading,
  type View,
  type Viewed,
  vectorNormBound,
} from '@sentei/anatomy';
import { isTensorType, type TypeTable, type Value } from '@sentei/ir';
import type { Decay, DecayingAttention, GateDecay, Unprunable } from './decaying-attention.ts';
import { distanceDecay } from './distance-decay.ts';
import { finishOutput } from './finish-output.ts';
import type { Operand, OperandAxis } from './operand.ts';
import { type AxisNames, type ReadOperand, readOperand } from './read-operand.ts';
import { readPadding } from './read-padding.ts';

/** A masked score of at most U + fill gets no weight in float32 next to one of at least −U, this far below it. */
const SAFE_FILL_MARGIN = 120;

/** A fill that takes the place of scores whose bound is not known. */
const LARGEST_FILL = -1e4;

/** A fill that is added to the forget bias has to outweigh it: the sum of the log gates of a whole sequence. */
const LARGEST_ADDED_FILL = -1e9;

/** Outweighs whatever else is added to a row. */
const FINAL_FILL = -1e29;

const BY_HEAD = ['batch', 'head', 'position', 'channel'] as const;

/**
 * Reads forgetting attention out of an attention core: the scores have to come down to a product of queries and keys and a
 * running sum of log gates, with keys after the query, and perhaps some keys of all queries, masked. Anything else is named
 * as the reason to leave it alone.
 */
export function matchAttention(
  core: AttentionCore,
  types: TypeTable,
  facts: BoundFacts,
): DecayingAttention | Unprunable {
  const reading = readScores(core, types);
  if ('reason' in reading) return reading;
  const names = nameAxes(reading, types);
  const heads = names.heads;
  if (heads === undefined) return { reason: 'the number of heads is not known' };
  const read = (viewed: Viewed, wanted: readonly OperandAxis[]) =>
    readOperand(viewed, names.names, wanted, heads, types);
  const decay = readDecay(reading, core, read, heads, types);
  if ('reason' in decay) return decay;
  if (!reading.isCausal && decay.hidden === undefined)
    return { reason: 'no causal mask: a bias that decays prunes the past only' };
  const [query, key, value] = [reading.query, reading.key, reading.value].map((each) => read(each, BY_HEAD));
  if (query === undefined || key === undefined || value === undefined || query.sharing !== 1)
    return { reason: 'queries, keys and values are not laid out by batch, head and position' };
  const scoreBound = boundScores(reading, {
    ...facts,
    typeOf: (of) => types.typeOf(of),
    integersOf: (of) => types.integersOf(of),
  });
  const fill = checkFill(reading, scoreBound, decay);
  if (fill !== undefined) return fill;
  const [channels, valueChannels] = [channelsOf(query, types), channelsOf(value, types)];
  if (channels === undefined || valueChannels === undefined)
    return { reason: 'the number of channels per head is not known' };
  const batch = checkBatch([query, key, value, ...sumsOf(decay.decay)], types);
  if (batch !== undefined) return batch;
  const padding = readPadding(reading.keyMasks, names.names);
  if (padding !== undefined && 'reason' in padding) return padding;
  const outputType = elementTypeOf(core.output, types);
  const found = [query, key, value].map((operand) => elementTypeOf(operand.value, types));
  const [first] = found;
  if (first === undefined || outputType === undefined || found.includes(undefined)) {
    const type = types.typeOf(query.value);
    return { reason: `attention in ${isTensorType(type) ? type.elementType : 'unknown'} numbers` };
  }
  const isMixed = found.some((each) => each !== first);
  const elementType = isMixed ? 'float32' : first;
  // Keys and values that are repeated for different numbers of heads have no common number of their own.
  const sharing = key.sharing === value.sharing ? key.sharing : 1;
  const operand = ({ sharing: own, ...rest }: ReadOperand) => ({
    ...rest,
    ...(isMixed && { elementType }),
    ...(own !== sharing && own !== 1 && { repeats: own / sharing }),
  });
  return {
    core,
    query: operand({ ...query, sharing }),
    key: operand(key),
    value: operand(value),
    heads,
    keyHeads: heads / sharing,
    channels,
    valueChannels,
    scale: reading.scale,
    decay: decay.decay,
    padding,
    hasPast: reading.pastLength !== 0,
    scoreBound,
    elementType,
    length: lengthOf(reading, core, types),
    finish: finishOutput(reading.output, names.names, {
      cast: outputType === elementType ? undefined : outputType,
      zeroesUndefinedRows: core.zeroesUndefinedRows,
      types,
      output: core.output,
    }),
  };
}

/**
 * Names the leading axes of the scores. Where these are one axis, [batch · heads, …], the two are told apart by the Reshape
 * that made queries of them; if there is none, every sequence and head counts as a sequence with one head.
 */
function nameAxes(reading: ScoreReading, types: TypeTable): { names: AxisNames; heads: number | undefined } {
  const positions = [
    ['q', 'position'],
    ['k', 'position'],
    ['d', 'channel'],
    ['c', 'channel'],
  ] as const;
  if (reading.scores.length === 4) {
    const [, head] = reading.scores;
    const extent = head?.[0]?.extent ?? 1;
    return {
      names: new Map([...positions, ['0', 'batch'], ['1', 'head'], ['1.0', 'head']]),
      heads: typeof extent === 'number' ? extent : undefined,
    };
  }
  const split = new Map<string, OperandAxis>([
    ...positions,
    ['0.0', 'batch'],
    ['0.1', 'head'],
    ['0.1.0', 'head'],
  ]);
  const operands = [reading.query, reading.key, reading.value];
  const isSplit = operands.every((each) => splitHeads(each, split, types) !== undefined);
  const heads = isSplit ? splitHeads(reading.query, split, types) : undefined;
  if (heads !== undefined) return { names: split, heads };
  return { names: new Map([...positions, ['0', 'batch']]), heads: 1 };
}

/** Number of heads that a Reshape put together with the batch. */
function splitHeads(start: Viewed, names: AxisNames, types: TypeTable): number | undefined {
  for (const extent of candidateHeads(start, types)) {
    if (readOperand(start, names, BY_HEAD, extent, types)?.sharing === 1) return extent;
  }
  return undefined;
}

function candidateHeads(start: Viewed, types: TypeTable): number[] {
  const found: number[] = [];
  let value: Value | undefined = start.value;
  for (let steps = 0; value !== undefined && steps < 16; steps++) {
    for (const extent of types.shapeOf(value) ?? [])
      if (typeof extent === 'number' && extent > 1) found.push(extent);
    value = value.producer?.input(0);
  }
  return [...new Set(found)];
}

interface ReadDecay {
  readonly decay: Decay;
  /** Whether what is added to a row stays at or below zero up to its own key, so that the scores themselves tell its size. */
  readonly isAnchored: boolean;
  /** What keys after the query have in place of a bias, where the bias has the causal mask in it. */
  readonly hidden: number | undefined;
}

type ReadOperandOf = (viewed: Viewed, wanted: readonly OperandAxis[]) => ReadOperand | undefined;

/** What decays: all that is added to the scores and differs between the keys of a query has to be one bias. */
function readDecay(
  reading: ScoreReading,
  core: AttentionCore,
  read: ReadOperandOf,
  heads: number,
  types: TypeTable,
): ReadDecay | Unprunable {
  const alongKeys = reading.biases.filter(({ leaf }) => !isAlongRows(leaf.view));
  const [bias, second] = alongKeys;
  if (bias === undefined) return { reason: nothingDecays(core) };
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
  return { decay, isAnchored: true, hidden };
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

function sumsOf(decay: Decay): readonly Operand[] {
  return decay.kind === 'gates' ? [decay.cumulative] : [];
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

function checkFill(
  { replacing, added, keyMasks }: ScoreReading,
  scoreBound: number | undefined,
  { isAnchored, hidden = Number.NEGATIVE_INFINITY }: ReadDecay,
): Unprunable | undefined {
  const isBounded = scoreBound !== undefined && keyMasks.length === 0;
  const limit = isBounded ? -2 * scoreBound - SAFE_FILL_MARGIN : LARGEST_FILL;
  const fills = [
    [replacing, isAnchored ? limit : FINAL_FILL],
    // The bias has it in place of a number for the key, and the score is added.
    [hidden, limit],
    [added, isAnchored ? LARGEST_ADDED_FILL : FINAL_FILL],
  ] as const;
  const weak = fills.find(([fill, least]) => !(fill <= least));
  return weak && { reason: `the mask fill ${weak[0]} does not rule out masked keys` };
}

/** U = |scale| · bound of the queries · bound of the keys (Cauchy-Schwarz). */
function boundScores({ query, key, scale }: ScoreReading, facts: BoundFacts): number | undefined {
  const bounds = [query, key].map(({ value, view }) => {
    // Where heads and channels are one axis, that is as long as all heads together, and so is the bound.
    const axis = view.findIndex((factors) => factors.at(-1)?.axis === 'd');
    return axis < 0 ? undefined : vectorNormBound(value, axis - view.length, facts);
  });
  const [ofQueries, ofKeys] = bounds;
  return ofQueries === undefined || ofKeys === undefined ? undefined : Math.abs(scale) * ofQueries * ofKeys;
}

function channelsOf({ value, axes, packedHeads = 1 }: ReadOperand, types: TypeTable): number | undefined {
  const extent = types.shapeOf(value)?.[axes.indexOf('channel')];
  return typeof extent === 'number' ? extent / packedHeads : undefined;
}

/** All operands have to be of all sequences: one that is broadcast over them is not what a lowering can cut up. */
function checkBatch(
  operands: readonly { value: Value; axes: readonly OperandAxis[] }[],
  types: TypeTable,
): Unprunable | undefined {
  const extents = operands.map(({ value, axes }) =>
    axes.includes('batch') ? (types.shapeOf(value)?.[axes.indexOf('batch')] ?? null) : 1,
  );
  return new Set(extents).size === 1 && extents[0] !== null
    ? undefined
    : { reason: `batches of queries, keys, values and gates may differ (${extents.join(', ')})` };
}

function elementTypeOf(value: Value, types: TypeTable): 'float32' | 'float16' | 'bfloat16' | undefined {
  const type = types.typeOf(value);
  const elementType = isTensorType(type) ? type.elementType : undefined;
  return elementType === 'float32' || elementType === 'float16' || elementType === 'bfloat16'
    ? elementType
    : undefined;
}

/** A number of keys that the model computes before this attention. */
function lengthOf({ lengths }: ScoreReading, core: AttentionCore, types: TypeTable): Value | undefined {
  const own = new Set(core.nodes);
  return lengths.find((length) => {
    const type = types.typeOf(length);
    return isTensorType(type) && type.elementType === 'int64' && !dependsOn(length, own);
  });
}

function dependsOn(value: Value, nodes: ReadonlySet<AttentionCore['softmax']>): boolean {
  const pending = [value];
  const seen = new Set(pending);
  // Lengths are a few steps from a shape; what takes longer counts as dependent.
  for (const each of pending) {
    const node = each.producer;
    if (node === null) continue;
    if (nodes.has(node) || pending.length > 64) return true;
    if (
      node.is('Shape') &&
      node.input(0)?.producer &&
      nodes.has(node.input(0)?.producer as AttentionCore['softmax'])
    )
      return true;
    if (node.is('Shape')) continue;
    for (const input of node.inputs) {
      if (input === null || seen.has(input)) continue;
      seen.add(input);
      pending.push(input);
    }
  }
  return false;
}
