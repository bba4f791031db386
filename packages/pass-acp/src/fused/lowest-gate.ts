/**
 * What a log gate may be at least: a single one this low leaves keys before it with less than e⁻¹²⁸ of the weight of the
 * row's own key. Where the weights do not bound the scores, that holds as long as none exceeds 192 in magnitude: beyond that, a
 * gate below −512 may lose out to a score it should outweigh. Running sums stay within the range of the columns up to lengths
 * in the hundreds of thousands.
 */
export function lowestGate(scoreBound: number | undefined): number {
  return scoreBound === undefined ? -512 : -(2 * scoreBound + 128);
}
