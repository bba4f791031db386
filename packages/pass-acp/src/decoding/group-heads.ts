import { constantTensor, type Value } from '@sentei/ir';
import type { DecayingAttention } from '../matching/decaying-attention.ts';

/** Up to so many heads have a state each. */
export const MOST_GROUPS = 8;

/**
 * Puts heads that reach about equally far together: a tensor holds the keys of its farthest reaching head for all of them. Up
 * to `most` heads stay alone; more are sorted by the constant part of their forget gates, which says how fast a head forgets
 * when nothing is known of its input, and cut into runs of about equal size.
 *
 * @returns key heads by group, every one once
 */
export function groupHeads(attention: DecayingAttention, most = MOST_GROUPS): number[][] {
  const { keyHeads, heads } = attention;
  const all = Array.from({ length: keyHeads }, (_, head) => head);
  if (keyHeads <= most) return all.map((head) => [head]);
  const { decay } = attention;
  const biases =
    decay.kind === 'gates'
      ? gateBiases(decay.logGates.value, heads)
      : decay.kind === 'slopes'
        ? decay.slopes.map((slope) => -slope)
        : undefined;
  const share = heads / keyHeads;
  // A key is read as far back as the most global of its queries' heads asks for.
  const reach = (head: number) => Math.max(...(biases?.slice(head * share, (head + 1) * share) ?? [0]));
  const sorted = all.toSorted((a, b) => reach(a) - reach(b) || a - b);
  return Array.from({ length: most }, (_, index) =>
    sorted
      .slice(Math.floor((index * keyHeads) / most), Math.floor(((index + 1) * keyHeads) / most))
      .sort((a, b) => a - b),
  );
}

/** Steps from log gates back to where a bias of each head is added. */
const DEEPEST = 12;

/** The constant that is added to the logits of forget gates, one number for each head. */
function gateBiases(logGates: Value, heads: number): number[] | undefined {
  let current: Value | undefined = logGates;
  for (let depth = 0; current !== undefined && depth < DEEPEST; depth++) {
    const node: Value['producer'] = current.producer;
    if (node === null) return undefined;
    if (node.is('Add', 'Gemm')) {
      for (const input of node.inputs) {
        const tensor = constantTensor(input?.producer?.is('Cast') ? input.producer.input(0) : input);
        if (tensor?.isFloat && tensor.size === heads) return [...tensor.numbers()];
      }
    }
    current = node.inputs.find((input) => input !== null && constantTensor(input) === undefined) ?? undefined;
  }
  return undefined;
}
