/** What weighs down the keys of one head, over one sequence. */
export type HeadDecay =
  /** Log forget gates by position, none positive. */
  | { readonly kind: 'gates'; readonly logGates: ArrayLike<number> }
  /** Loss of score for each position of distance. */
  | { readonly kind: 'slopes'; readonly slope: number }
  /** Bias by distance. */
  | { readonly kind: 'relative'; readonly table: ArrayLike<number> };

/**
 * For each row the first key whose bias, relative to that of the row's own key, reaches the threshold. No key before it does,
 * since the bias never grows towards the past; of a relative bias that is so of its largest value from a distance on.
 *
 * @param length rows, which are also the keys
 * @param threshold δ, negative
 */
export function firstKeys(decay: HeadDecay, length: number, threshold: number): Int32Array {
  return decay.kind === 'gates'
    ? byGates(decay.logGates, length, threshold)
    : byDistance(widthOf(decay, length, threshold), length);
}

/** One pass with two pointers: neither ever goes back (Adaptive Computation Pruning, arXiv 2504.06949, section 3). */
function byGates(logGates: ArrayLike<number>, length: number, threshold: number): Int32Array {
  const first = new Int32Array(length);
  const sums = new Float64Array(length);
  let start = 0;
  for (let row = 0; row < length; row += 1) {
    const gate = logGates[row] ?? 0;
    // Nothing sees past a shut gate, and sums that it is part of tell nothing: they begin anew.
    if (gate === Number.NEGATIVE_INFINITY) start = row;
    else sums[row] = (row > 0 ? (sums[row - 1] ?? 0) : 0) + gate;
    while (start < row && (sums[row] ?? 0) - (sums[start] ?? 0) < threshold) start += 1;
    first[row] = start;
  }
  return first;
}

function byDistance(width: number, length: number): Int32Array {
  return Int32Array.from({ length }, (_, row) => Math.max(0, row - width));
}

/** Largest distance that matters. */
function widthOf(decay: Exclude<HeadDecay, { kind: 'gates' }>, length: number, threshold: number): number {
  if (decay.kind === 'slopes') return decay.slope > 0 ? Math.floor(-threshold / decay.slope) : length;
  const { table } = decay;
  for (let distance = length - 1; distance > 0; distance -= 1) {
    if ((table[distance] ?? Number.NEGATIVE_INFINITY) - (table[0] ?? 0) >= threshold) return distance;
  }
  return 0;
}
