import { constantTensor, type Model, type Node, type PassContext, type Value } from '@sentei/ir';
import type { DecayingAttention } from '../matching/decaying-attention.ts';

/** How many operators a gate is written with at most, from its logit to its logarithm. */
const DEPTH = 12;

/**
 * A log gate for each head as the weights have it: the slope of a bias by distance, or the constant that is added to gate
 * logits, which is what a gate is while its input says nothing. `undefined` where none is found.
 */
export function staticGateLevel({ decay, heads }: DecayingAttention): number[] | undefined {
  if (decay.kind === 'relative') return undefined;
  if (decay.kind === 'slopes') return decay.slopes.map((slope) => -slope);
  const { value, repeats = 1 } = decay.logGates;
  let node: Node | null = value.producer;
  for (let depth = 0; node !== null && depth < DEPTH; depth++) {
    const bias = node.is('Add') || node.is('Gemm') ? biasOf(node, heads / repeats) : undefined;
    if (bias !== undefined)
      return repeated(
        bias.map((logit) => -Math.log1p(Math.exp(-logit))),
        repeats,
      );
    const next: Value | undefined = node.inputs.find(
      (input): input is Value => input !== null && constantTensor(input) === undefined,
    );
    node = next?.producer ?? null;
  }
  return undefined;
}

/** A constant vector of one number for each head; a softplus adds a scalar on its way, which is none. */
function biasOf(node: Node, heads: number): number[] | undefined {
  for (const input of node.inputs) {
    const tensor = constantTensor(input);
    if (tensor?.isFloat && tensor.size === heads && tensor.dims.at(-1) === heads)
      return [...tensor.numbers()];
  }
  return undefined;
}

function repeated(levels: readonly number[], times: number): number[] {
  return levels.flatMap((level) => Array<number>(times).fill(level));
}

/** The mean log gate of each head on the data of a run; `undefined` where there are no data. */
export async function measuredGateLevels(
  model: Model,
  attentions: readonly DecayingAttention[],
  { calibration }: PassContext,
): Promise<readonly (readonly number[] | undefined)[]> {
  const gates = attentions.flatMap(({ decay }) => (decay.kind === 'gates' ? [decay.logGates] : []));
  if (calibration === undefined || gates.length === 0) return attentions.map(() => undefined);
  const taps = gates.map(({ value, axes }) => ({
    value,
    axis: axes.indexOf('head'),
    moments: 'feature' as const,
  }));
  const { taps: found } = await calibration.collect(model, taps);
  let next = 0;
  return attentions.map(({ decay }) => {
    if (decay.kind !== 'gates') return undefined;
    const moments = found[next++]?.moments;
    return moments && repeated([...moments.mean], decay.logGates.repeats ?? 1);
  });
}
