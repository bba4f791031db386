import { DISTANCES } from '@sentei/anatomy';
import type { RelativeDecay, SlopeDecay } from '../matching/decaying-attention.ts';
import { threshold } from './threshold.ts';

/**
 * Number of keys before a query that each head can reach among `length` keys, counted from its own: the first distance from
 * which the bias stays below δ = −2U − log L + log ε of the bias at distance 0. What it knows needs no input, so heads of
 * ALiBi have w = ⌈(2U + log L − log ε) / slope⌉. `length` where nothing falls that far.
 *
 * @param scoreBound U, from the weights
 */
export function staticWindows(
  decay: SlopeDecay | RelativeDecay,
  scoreBound: number,
  epsilon: number,
  length: number,
): number[] {
  const limit = threshold(scoreBound, epsilon).constantPart - Math.log(length);
  if (decay.kind === 'slopes')
    return decay.slopes.map((slope) => Math.min(length, slope === 0 ? length : Math.ceil(-limit / slope)));
  return decay.samples.map((sample) => Math.min(length, firstBelow(sample, limit, length)));
}

/**
 * How far the bias of the head that falls furthest lies, at the end of any sequence, below that of the row's own key. Where
 * it is less than −log ε, no threshold leaves out a key, however small the scores and however short the sequence.
 */
export function largestFall(decay: SlopeDecay | RelativeDecay): number {
  if (decay.kind === 'slopes') return decay.slopes.some((slope) => slope > 0) ? Number.POSITIVE_INFINITY : 0;
  return Math.max(
    ...decay.samples.map((sample) => {
      const known = sample.filter((bias) => !Number.isNaN(bias));
      // The suffix maximum falls all the way to the last entry.
      return (known.at(0) ?? 0) - (known.at(-1) ?? 0);
    }),
  );
}

/** Distances between two samples count as the nearer one, which reaches further. */
function firstBelow(sample: Float64Array, limit: number, length: number): number {
  const own = sample[0] ?? 0;
  let window = 1;
  for (const [index, distance] of DISTANCES.entries()) {
    if (distance >= length) break;
    const bias = sample[index] ?? Number.NaN;
    if (!(bias - own < limit)) window = DISTANCES[index + 1] ?? length;
  }
  return window;
}
