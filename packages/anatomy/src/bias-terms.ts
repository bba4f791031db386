import type { Value } from '@sentei/ir';
import { matchCausalBias } from './causal-mask.ts';
import { type ForgetGate, matchForgetGate } from './forget-gate.ts';
import { DECLARED_SHAPES, type ShapeFacts } from './shape-facts.ts';

/** What a bias of attention scores is made of. */
export interface BiasTerms {
  readonly gate?: ForgetGate;
  /** `fill` where the column is after the row; the sequence length where the model computes one. */
  readonly mask?: { readonly length: Value | undefined; readonly fill: number };
}

/** Takes a bias apart into a forget bias and a causal mask, whichever it holds; `undefined` if anything is left over. */
export function matchBiasTerms(bias: Value, shapes: ShapeFacts = DECLARED_SHAPES): BiasTerms | undefined {
  const gate = matchForgetGate(bias, shapes);
  if (gate !== undefined) return { gate };
  const causal = matchCausalBias(bias);
  if (causal !== undefined) {
    const rest = causal.rest === undefined ? {} : matchBiasTerms(causal.rest, shapes);
    return rest && { ...rest, mask: { length: causal.length, fill: causal.fill } };
  }
  const node = bias.producer;
  const terms = node?.is('Add') ? node.inputs.map((term) => term && matchBiasTerms(term, shapes)) : [];
  const [left, right] = terms;
  const isDoubled = left?.gate !== undefined && right?.gate !== undefined;
  return !left || !right || isDoubled ? undefined : { ...left, ...right };
}
