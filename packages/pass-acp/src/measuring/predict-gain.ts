import { countFlops, findAttentionCores } from '@sentei/anatomy';
import { type GivenInput, inferTypes, type Model } from '@sentei/ir';
import type { HeadReach } from './reach-counter.ts';

/** What leaving tiles out is worth at one length, by floating-point operations alone. */
export interface PredictedGain {
  readonly length: number;
  /** Of the operations of the whole model, the share of the attention whose reach is known. */
  readonly attentionShare: number;
  /** Of the operations of that attention, the share that is left. The original computes the tiles above the diagonal too. */
  readonly workLeft: number;
  /** Operations before over operations after, of that attention. */
  readonly attention: number;
  /** The same of the whole model. */
  readonly model: number;
}

/** A head whose tiles are a large part of what is left. */
export interface HoldingHead {
  readonly attention: number;
  readonly head: number;
  /** Of the operations that are left in attention. */
  readonly share: number;
  /** Operations of the whole pruned model over those if this head's rows saw their own tiles alone. */
  readonly modelWithout: number;
}

/** Operations of attention, before anything is left out, and of all. */
export interface AttentionWork {
  readonly total: number;
  /** By attention, in graph order: from the product of queries and keys to that with the values. */
  readonly attentions: readonly number[];
}

/**
 * Counts the operations of a model and of each of its attentions.
 *
 * @param inputs sizes of the inputs
 * @returns `undefined` where an attention is of unknown size
 */
export function attentionWork(
  model: Model,
  inputs: Readonly<Record<string, GivenInput>>,
): AttentionWork | undefined {
  const { nodes, flops } = countFlops(model, inputs);
  const costs = new Map(nodes.map((cost) => [cost.node, cost.flops]));
  const attentions = findAttentionCores(model.graph, inferTypes(model)).map((core) =>
    core.nodes.reduce((sum, node) => sum + (costs.get(node) ?? 0), 0),
  );
  return attentions.every((work) => work > 0) ? { total: flops.least, attentions } : undefined;
}

/** Predicts what leaving tiles out is worth at one length; `undefined` where the heads were not counted there. */
export function predictGain(
  heads: readonly HeadReach[],
  work: AttentionWork,
  length: number,
): PredictedGain | undefined {
  const parts = partsAt(heads, work, length);
  if (parts.length === 0) return undefined;
  const before = parts.reduce((sum, { dense }) => sum + dense, 0);
  const after = parts.reduce((sum, { left }) => sum + left, 0);
  return {
    length,
    attentionShare: before / work.total,
    workLeft: after / before,
    attention: before / after,
    model: work.total / (work.total - before + after),
  };
}

/** Heads that hold the gain back most, until they make up `share` of what is left. */
export function findHoldingHeads(
  heads: readonly HeadReach[],
  work: AttentionWork,
  length: number,
  { share = 0.8, most = 12 }: { readonly share?: number; readonly most?: number } = {},
): HoldingHead[] {
  const parts = partsAt(heads, work, length);
  const before = parts.reduce((sum, { dense }) => sum + dense, 0);
  const after = parts.reduce((sum, { left }) => sum + left, 0);
  const model = work.total - before + after;
  const holding: HoldingHead[] = [];
  let listed = 0;
  for (const { attention, head, left, least } of parts.sort((a, b) => b.left - a.left)) {
    if (listed >= share * after || holding.length >= most) break;
    listed += left;
    holding.push({ attention, head, share: left / after, modelWithout: model / (model - left + least) });
  }
  return holding;
}

/** Operations of each head at a length. */
function partsAt(heads: readonly HeadReach[], { attentions }: AttentionWork, length: number) {
  const counts = new Map<number, number>();
  for (const { attention } of heads) counts.set(attention, (counts.get(attention) ?? 0) + 1);
  return heads.flatMap(({ attention, head, lengths }) => {
    const at = lengths.find((each) => each.length === length);
    if (at === undefined) return [];
    const dense = (attentions[attention] ?? 0) / (counts.get(attention) ?? 1);
    return [{ attention, head, dense, left: dense * at.work, least: dense * at.leastWork }];
  });
}
