import {
  type AttentionCore,
  type BoundFacts,
  readScores,
  type ScoreReading,
  type Viewed,
  vectorNormBound,
} from '@sentei/anatomy';
import { isTensorType, type TypeTable, type Value } from '@sentei/ir';
import { checkFill } from './check-fill.ts';
import type { Decay, DecayingAttention, Unprunable } from './decaying-attention.ts';
import { findLength } from './find-length.ts';
import { finishOutput } from './finish-output.ts';
import { nameAxes } from './name-axes.ts';
import type { Operand, OperandAxis } from './operand.ts';
import { readDecay } from './read-decay.ts';
import { BY_HEAD, elementTypeOf, type ReadOperand, readOperand } from './read-operand.ts';
import { readPadding } from './read-padding.ts';

/**
 * Reads attention with a bias that decays out of an attention core: the scores have to come down to a product of queries and
 * keys and a running sum of log gates or a bias of distances, with keys after the query, and perhaps some keys of all queries,
 * masked. Anything else is named as the reason to leave it alone.
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
    length: findLength(reading, core, types),
    finish: finishOutput(reading.output, names.names, {
      cast: outputType === elementType ? undefined : outputType,
      zeroesUndefinedRows: core.zeroesUndefinedRows,
      types,
      output: core.output,
    }),
  };
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

function sumsOf(decay: Decay): readonly Operand[] {
  return decay.kind === 'gates' ? [decay.cumulative] : [];
}
