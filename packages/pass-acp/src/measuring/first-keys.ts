/** What weighs down the keys of one head, over one sequence. */
export type HeadDecay =
  /** Log forget gates by position, none positive. */
  | { readonly kind: 'gates'; readonly logGates: ArrayLike<number> }
  /** Loss of score for each position of distance. */
  | { readonly kind: 'slopes'; readonly slope: number }
  /** Bias by distance. */
  | { readonly kind: 'relative'; readonly table: ArrayLike<number> };

/** What is known of the scores of one head, over one sequence, in units of the scores. */
export interface HeadScores {
  /** Norm of each query, times the factor on the scores. */
  readonly queries: ArrayLike<number>;
  /** Norm of each key. */
  readonly keys: ArrayLike<number>;
  /** Score of each row with its own key; absent where nothing but the norms tells. */
  readonly own?: ArrayLike<number> | undefined;
  /** U, where the weights tell. */
  readonly bound?: number | undefined;
}

/** What may be left out of a row, and in which pieces. */
export interface KeyBudget {
  /** Largest share of a row. */
  readonly epsilon: number;
  /** Keys are left out in whole tiles of this many. */
  readonly tile: number;
}

/**
 * For each row the first key that is kept when whole tiles are left out, from the oldest on, as long as what they weigh is
 * proven to sum to at most ε. A key of tile t weighs at most exp(min(‖q‖ · κ, U) + D − own) of the row, with κ the longest key
 * of the tile, D the bias at its last key and `own` the row's score with its own key, which has no bias. (The per-row form of
 * Adaptive Computation Pruning, arXiv 2504.06949, section 3: −2U and log L there are the worst case of it.)
 *
 * @param length rows, which are also the keys
 */
export function firstKeys(
  decay: HeadDecay,
  facts: HeadScores,
  length: number,
  budget: KeyBudget,
): Int32Array {
  const { epsilon, tile } = budget;
  const { bound = Number.POSITIVE_INFINITY } = facts;
  const biasAt = biasOf(decay, length);
  const longest = longestKeys(facts.keys, length, tile);
  const first = new Int32Array(length);
  for (let row = 0; row < length; row += 1) {
    const norm = facts.queries[row] ?? 0;
    const own = facts.own?.[row] ?? -norm * (facts.keys[row] ?? 0);
    const lowest = Math.max(own, -bound);
    let share = 0;
    for (let last = tile - 1; last < row; last += tile) {
      const score = Math.min(norm * (longest[(last - tile + 1) / tile] ?? 0), bound);
      share += tile * Math.exp(score + biasAt(row, last) - lowest);
      // Also where it is not a number.
      if (!(share <= epsilon)) break;
      first[row] = last + 1;
    }
  }
  return first;
}

/** Largest norm of each whole tile of keys. */
function longestKeys(keys: ArrayLike<number>, length: number, tile: number): Float64Array {
  const longest = new Float64Array(Math.floor(length / tile));
  for (const index of longest.keys())
    for (let key = index * tile; key < (index + 1) * tile; key += 1)
      longest[index] = Math.max(longest[index] ?? 0, keys[key] ?? 0);
  return longest;
}

/** The bias of a key, and of all before it at the most, relative to that of the row's own key. */
function biasOf(decay: HeadDecay, length: number): (row: number, key: number) => number {
  if (decay.kind === 'slopes') return (row, key) => -decay.slope * (row - key);
  if (decay.kind === 'relative') {
    const { table } = decay;
    const largest = Float64Array.from(
      { length },
      (_, distance) => table[distance] ?? Number.NEGATIVE_INFINITY,
    );
    for (let distance = length - 2; distance >= 0; distance -= 1)
      largest[distance] = Math.max(largest[distance] ?? 0, largest[distance + 1] ?? 0);
    return (row, key) => (largest[row - key] ?? 0) - (table[0] ?? 0);
  }
  // Nothing sees past a shut gate, and sums that it is part of tell nothing: they begin anew.
  const [sums, begins] = [new Float64Array(length), new Int32Array(length)];
  for (let row = 0; row < length; row += 1) {
    const gate = decay.logGates[row] ?? 0;
    const isShut = gate === Number.NEGATIVE_INFINITY;
    sums[row] = isShut || row === 0 ? 0 : (sums[row - 1] ?? 0) + gate;
    begins[row] = isShut ? row : row === 0 ? 0 : (begins[row - 1] ?? 0);
  }
  return (row, key) =>
    key < (begins[row] ?? 0) ? Number.NEGATIVE_INFINITY : (sums[row] ?? 0) - (sums[key] ?? 0);
}
