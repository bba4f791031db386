import { CHUNK } from './fused-plan.ts';
import type { HeadGroup } from './grouped-attention.ts';

/**
 * Windows that are tried, in keys: multiples of the chunk that the guard counts in. Few narrow ones, since a group more costs
 * more than narrow windows differ by.
 */
const LADDER = [512, 1024, 2048, 3072, 4096, 6144, 8192];

/** A guess at U where only a run can tell it. */
const TYPICAL_BOUND = 16;

/** The length that reach is estimated for. */
const REFERENCE_LENGTH = 16_384;

/** Gates vary along a text, and the guard asks for the widest reach of all rows. */
const MARGIN = 1.5;

/** Further choices have windows this much wider, for inputs with more open gates. */
const WIDER = [1, 2, 4];

/**
 * A window pays for inputs this many times as long: with one, the CUDA kernel takes about 2.3 times as long for each block of
 * keys, and a causal head sees half of all keys.
 */
const PAYS_FROM = 6;

/** Which windows to try, and from which length on. */
export interface WindowPlan {
  /** Groups that cover all heads, the narrowest windows first. */
  readonly choices: readonly (readonly HeadGroup[])[];
  /** Shorter inputs are computed densely. */
  readonly from: number;
}

/** Below it the nodes of groups and guard cost more than any window saves. */
const SHORTEST = 4096;

/**
 * Rows of dense heads that fill a GPU. Kernels cut the rows of a head into blocks of 128, and the last block of a causal
 * head takes as long as two of average length: with fewer blocks than two for each place where one can run (264 on an H100),
 * dense heads take the same time with or without others beside them, and windows save nothing.
 */
const FILLING_ROWS = 2 ** 16;

/**
 * Groups heads by the window they are expected to need: the reach at which a head's typical log gate has decayed by the
 * threshold. What is chosen here costs or gains time only; whether a window is safe is decided for each input.
 *
 * @param logGates a typical log forget gate of each head
 * @returns `undefined` where no head is local enough
 */
export function planWindows(
  logGates: readonly number[],
  scoreBound: number | undefined,
  epsilon: number,
): WindowPlan | undefined {
  const decay = 2 * (scoreBound ?? TYPICAL_BOUND) - Math.log(epsilon) + Math.log(REFERENCE_LENGTH);
  const needed = logGates.map((gate) => (MARGIN * decay) / Math.max(-gate, 1e-9));
  const expected = needed.map((reach) => rungFor(reach + 2 * CHUNK));
  const windows = expected.filter(Number.isFinite);
  if (windows.length === 0) return undefined;
  const denseHeads = expected.length - windows.length;
  const fills = denseHeads === 0 ? 0 : Math.ceil(FILLING_ROWS / denseHeads);
  const from = Math.max(SHORTEST, fills, PAYS_FROM * Math.max(...windows));
  const choices = WIDER.map((factor) => {
    const rungs = needed.map((reach) => rungFor(factor * reach + 2 * CHUNK));
    return groupByWindow(
      rungs.map((window) => (PAYS_FROM * window > from ? Number.POSITIVE_INFINITY : window)),
    );
  });
  const isNew = (groups: readonly HeadGroup[], index: number) =>
    groups.some(({ window }) => Number.isFinite(window)) &&
    JSON.stringify(groups) !== JSON.stringify(choices[index - 1]);
  return { choices: choices.filter(isNew), from };
}

function rungFor(reach: number): number {
  return LADDER.find((window) => window >= reach) ?? Number.POSITIVE_INFINITY;
}

function groupByWindow(windows: readonly number[]): HeadGroup[] {
  const distinct = [...new Set(windows)].sort((a, b) => a - b);
  return distinct.map((window) => ({
    window,
    heads: windows.flatMap((each, head) => (each === window ? [head] : [])),
  }));
}
