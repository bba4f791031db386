/**
 * The threshold of adaptive computation pruning, δ = −2U − log L + log ε: a key whose forget bias lies below it may be
 * skipped. With |scores| ≤ U the softmax weight of key j in row i is at most exp(2U + D[i, j]), because the row's own key
 * has bias 0; below δ that is less than ε / L, and a row has at most L keys, so what is skipped sums to less than ε.
 * (Adaptive Computation Pruning for the Forgetting Transformer, arXiv 2504.06949, section 3.)
 */
export interface Threshold {
  /** −2U + log ε less `ROUNDING_SLACK`; the length's part, −log L, is subtracted when the model runs. */
  readonly constantPart: number;
}

/** Covers the rounding of norms, sums and exponentials in float32, far below what the bound gives away. */
export const ROUNDING_SLACK = 0.01;

/** Computes the threshold for scores of at most `scoreBound` in magnitude and the share `epsilon` of a row. */
export function threshold(scoreBound: number, epsilon: number): Threshold {
  return { constantPart: -2 * scoreBound + Math.log(epsilon) - ROUNDING_SLACK };
}

/**
 * Largest score bound for which unnormalised exponentials stay within float32: row sums lie between exp(−U) and
 * L · exp(U), and exp(±60) leaves a factor of 10¹² to both ends of the range.
 */
export const LARGEST_SCORE_BOUND = 60;
