import {
  type AttentionCore,
  type BiasTerms,
  type BoundFacts,
  coversPositions,
  type DistanceBias,
  type ForgetGate,
  hasRotaryPositions,
  matchBiasTerms,
  matchCausalCondition,
  type ScoreStep,
  vectorNormBound,
} from '@sentei/anatomy';
import { isTensorType, type TypeTable, tensorType, type Value } from '@sentei/ir';
import type { Decay, DecayingAttention, Unprunable } from './decaying-attention.ts';
import { checkDistanceBias, distanceDecay } from './distance-decay.ts';
import type { Operand } from './operand.ts';

/** A masked score of at most U + fill gets no weight in float32 next to one of at least −U, this far below it. */
const SAFE_FILL_MARGIN = 120;

/** A fill that is added to the forget bias has to outweigh it, and for keys after the row that grows without bound. */
const FINAL_FILL = -1e29;

/**
 * Reads forgetting attention out of an attention core: scaled scores, one forget bias, one causal mask, and queries and
 * keys behind norms whose gains bound the scores. Anything else in between is named as the reason to leave it alone.
 */
export function matchAttention(
  core: AttentionCore,
  types: TypeTable,
  facts: BoundFacts,
): DecayingAttention | Unprunable {
  let scale = 1;
  let gate: ForgetGate | undefined;
  let distance: DistanceBias | undefined;
  let biasValue: Value | undefined;
  let mask: BiasTerms['mask'];
  for (const step of core.steps) {
    if (step.kind === 'scale') {
      if (gate !== undefined || distance !== undefined || mask !== undefined)
        return { reason: 'scores are scaled after a bias or mask was added' };
      scale *= step.factor;
      continue;
    }
    const terms =
      step.kind === 'bias'
        ? matchBiasTerms(step.value, types)
        : maskTerms(step, (gate ?? distance) !== undefined);
    if (terms === undefined) {
      return {
        reason: `a ${step.kind} is neither a forget bias nor a causal mask over a whole sequence (${step.node})`,
      };
    }
    if (gate !== undefined && terms.gate !== undefined)
      return { reason: 'two forget biases are added to the same scores' };
    if (distance !== undefined && terms.distance !== undefined)
      return { reason: 'two biases of distances are added to the same scores' };
    if (mask !== undefined && terms.mask !== undefined)
      return { reason: 'two masks are put on the same scores' };
    gate ??= terms.gate;
    distance ??= terms.distance;
    if (terms.distance !== undefined && step.kind === 'bias') biasValue = step.value;
    mask ??= terms.mask;
  }
  if (gate === undefined && distance === undefined) return { reason: nothingDecays(core) };
  if (gate !== undefined && distance !== undefined)
    return { reason: 'a forget bias and a bias of distances are added to the same scores' };
  if (mask === undefined) return { reason: 'no causal mask: a bias that decays prunes the past only' };
  const scoreBound = boundScores(core, scale, facts);
  if (scoreBound === undefined) {
    return {
      reason: 'queries and keys are not both normalised, so no bound of the scores follows from the weights',
    };
  }
  if (!(mask.fill < (mask.replacesGate ? -2 * scoreBound - SAFE_FILL_MARGIN : FINAL_FILL))) {
    return { reason: `the mask fill ${mask.fill} does not rule out masked keys` };
  }
  const channels = types.shapeOf(core.query)?.at(-1);
  const valueChannels = types.shapeOf(core.value)?.at(-1);
  if (typeof channels !== 'number' || typeof valueChannels !== 'number') {
    return { reason: 'the number of channels per head is not known' };
  }
  const length = isInt64(mask.length, types) ? mask.length : undefined;
  const layout =
    checkLayout(core, gate, types) ??
    checkMask(mask.condition, core, types) ??
    (biasValue && checkDistanceBias(biasValue, core, types));
  const heads = types.shapeOf(core.query)?.[1];
  if (layout !== undefined) return layout;
  if (typeof heads !== 'number') return { reason: 'the number of heads is not known' };
  const decay = gate === undefined ? distance && distanceDecay(distance, heads) : gateDecay(gate);
  if (decay === undefined || 'reason' in decay)
    return decay ?? { reason: 'no forget bias and no bias of distances' };
  if (decay.kind === 'slopes' && decay.counted !== undefined)
    return { reason: 'keys that do not count for distances are not masked' };
  const byHead = ['batch', 'head', 'position', 'channel'] as const;
  return {
    core,
    query: { value: core.query, axes: byHead },
    key: { value: core.key, axes: ['batch', 'head', 'channel', 'position'] },
    value: { value: core.value, axes: byHead },
    heads,
    keyHeads: heads,
    channels,
    valueChannels,
    scale,
    decay,
    padding: undefined,
    hasPast: false,
    scoreBound,
    elementType: 'float32',
    length,
    finish: (b, output) =>
      core.zeroesUndefinedRows
        ? b.op('Where', [b.op('IsNaN', [output]), b.float32([0], []), output], {
            types: [tensorType('float32', [null, null, null, valueChannels])],
          })
        : output,
  };
}

function gateDecay(gate: ForgetGate): Decay {
  return {
    kind: 'gates',
    cumulative: { value: gate.cumulative, axes: ['batch', 'head', 'position'] },
    logGates: logGatesOf(gate),
  };
}

/** Why attention without any bias that decays is left as it is. */
function nothingDecays(core: AttentionCore): string {
  const positions =
    hasRotaryPositions(core.query) || hasRotaryPositions(core.key)
      ? ' (rotary positions alone bound nothing)'
      : '';
  return `nothing to prune: no forget bias and no bias that falls with the distance${positions}`;
}

/** The summed log gates: the running sum is transposed on its way to [batch, head, position]. */
function logGatesOf(gate: ForgetGate): Operand {
  const axes = ['batch', 'head', 'position'] as const;
  let order: Operand['axes'] = axes;
  for (const node of [...gate.nodes].reverse()) {
    const permutation = node.is('Transpose') ? node.ints('perm') : undefined;
    if (permutation === undefined) continue;
    const before = [...order];
    for (const [index, axis] of order.entries()) before[permutation[index] ?? index] = axis;
    order = before;
  }
  return { value: gate.logGates, axes: order };
}

/** A mask replaces the forget bias if that has been added before. */
function maskTerms(step: Extract<ScoreStep, { kind: 'mask' }>, hasGate: boolean): BiasTerms | undefined {
  const causal = matchCausalCondition(step.condition, step.keeps);
  return causal && { mask: { ...causal, fill: step.fill, replacesGate: hasGate } };
}

function isInt64(value: Value | undefined, types: TypeTable): boolean {
  const type = value && types.typeOf(value);
  return isTensorType(type) && type.elementType === 'int64';
}

/** U = |scale| · bound of the queries · bound of the keys (Cauchy-Schwarz). */
function boundScores(core: AttentionCore, scale: number, facts: BoundFacts): number | undefined {
  const query = vectorNormBound(core.query, -1, facts);
  const key = vectorNormBound(core.key, -2, facts);
  return query === undefined || key === undefined ? undefined : Math.abs(scale) * query * key;
}

/** The rewrite flattens [batch, heads, …] of all operands alike, in float32. */
function checkLayout(
  core: AttentionCore,
  gate: ForgetGate | undefined,
  types: TypeTable,
): Unprunable | undefined {
  const sums = gate === undefined ? [] : [gate.cumulative];
  const operands = [core.query, core.key, core.value];
  const extent = (operand: Value, axis: number) => types.shapeOf(operand)?.[axis] ?? null;
  for (const operand of [...operands, ...sums]) {
    const type = types.typeOf(operand);
    if (!isTensorType(type) || type.elementType !== 'float32') {
      const found = isTensorType(type) ? type.elementType : 'unknown';
      return { reason: `attention in ${found}: only float32 is rewritten for the CPU` };
    }
  }
  const ranks = operands.map((operand) => types.shapeOf(operand)?.length);
  if (ranks.some((rank) => rank !== 4) || sums.some((each) => types.shapeOf(each)?.length !== 3)) {
    return {
      reason: `operands of rank ${ranks.map((rank) => rank ?? '?').join(', ')} instead of [batch, heads, …]`,
    };
  }
  const { query, key, value } = core;
  const extents = {
    batches: [extent(query, 0), extent(key, 0), extent(value, 0), ...sums.map((each) => extent(each, 0))],
    heads: [extent(query, 1), extent(key, 1), extent(value, 1), ...sums.map((each) => extent(each, 1))],
    positions: [extent(query, 2), extent(key, 3), extent(value, 2), ...sums.map((each) => extent(each, 2))],
  };
  for (const [name, found] of Object.entries(extents)) {
    if (new Set(found).size === 1 && found[0] !== null) continue;
    return { reason: `${name} of queries, keys, values and gates may differ (${found.join(', ')})` };
  }
  return undefined;
}

/** A mask of one row or column would be broadcast: its extents have to be those of the sequence. */
function checkMask(condition: Value, core: AttentionCore, types: TypeTable): Unprunable | undefined {
  const positions = types.shapeOf(core.query)?.[2];
  const found = types.shapeOf(condition)?.slice(-2);
  const isFull = found?.length === 2 && found.every((each) => coversPositions(each, positions ?? null));
  return isFull
    ? undefined
    : { reason: `the mask may not cover the sequence (${found?.join(', ') ?? 'unknown'})` };
}
