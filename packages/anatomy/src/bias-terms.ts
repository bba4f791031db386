import type { Value } from '@sentei/ir';
import { type DistanceBias, matchDistanceBias } from './bias/match-distance-bias.ts';
import { matchCausalBias } from './causal-mask.ts';
import { type ForgetGate, matchForgetGate } from './forget-gate.ts';
import { DECLARED_SHAPES, type ShapeFacts } from './shape-facts.ts';

/** What a bias of attention scores is made of. */
export interface BiasTerms {
  readonly gate?: ForgetGate;
  readonly distance?: DistanceBias;
  readonly mask?: {
    /** See `CausalCondition`. */
    readonly condition: Value;
    /** The sequence length, where the model computes one. */
    readonly length: Value | undefined;
    /** What is added to, or takes the place of, the scores of columns after the row. */
    readonly fill: number;
    /** Whether `fill` takes the place of the forget bias, instead of being added to it. */
    readonly replacesGate: boolean;
  };
}

/** A number that a table has for all keys after the query is a causal mask if it is at most this. */
const MASK_FILL = -1e4;

/**
 * Takes a bias apart into a forget bias, a bias of distances and a causal mask, whichever it holds; `undefined` if anything
 * is left over.
 */
export function matchBiasTerms(bias: Value, shapes: ShapeFacts = DECLARED_SHAPES): BiasTerms | undefined {
  const gate = matchForgetGate(bias, shapes);
  if (gate !== undefined) return { gate };
  const causal = matchCausalBias(bias);
  if (causal !== undefined) {
    const rest = causal.rest === undefined ? {} : matchBiasTerms(causal.rest, shapes);
    if (rest?.mask !== undefined) return undefined;
    const replacesGate = rest?.gate !== undefined || rest?.distance !== undefined;
    return (
      rest && {
        ...rest,
        mask: { condition: causal.condition, length: causal.length, fill: causal.fill, replacesGate },
      }
    );
  }
  const node = bias.producer;
  const terms = node?.is('Add') ? node.inputs.map((term) => term && matchBiasTerms(term, shapes)) : [];
  const [left, right] = terms;
  const isDoubled =
    (left?.gate && right?.gate) !== undefined ||
    (left?.distance && right?.distance) !== undefined ||
    (left?.mask && right?.mask) !== undefined;
  return !left || !right || isDoubled ? distanceTerms(bias, shapes) : { ...left, ...right };
}

function distanceTerms(bias: Value, shapes: ShapeFacts): BiasTerms | undefined {
  const distance = matchDistanceBias(bias, shapes);
  if (distance === undefined) return undefined;
  if (distance.hidden === undefined || distance.hidden > MASK_FILL) return { distance };
  const mask = { condition: bias, length: undefined, fill: distance.hidden, replacesGate: true };
  const isEmpty = distance.samples?.every((sample) => sample.every((x) => x === 0)) === true;
  return isEmpty ? { mask } : { distance, mask };
}
