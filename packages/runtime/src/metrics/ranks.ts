/** Values in ascending order: the places of equal values follow each other. */
export interface Ordering {
  readonly values: ArrayLike<number>;
  /** Indices of `values`, smallest value first. */
  readonly order: Uint32Array;
}

/** Sorts once what is ranked many times. */
export function orderingOf(values: ArrayLike<number>): Ordering {
  const order = Uint32Array.from({ length: values.length }, (_, index) => index);
  order.sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  return { values, order };
}

/**
 * Ranks from 1, equal values sharing the mean of theirs, as if each value stood in the list as often as `counts` says; of a
 * value that does not stand there the rank means nothing.
 */
export function weightedRanks({ values, order }: Ordering, counts: ArrayLike<number>): Float64Array {
  const ranks = new Float64Array(values.length);
  let before = 0;
  for (let start = 0; start < order.length; ) {
    const value = values[order[start] ?? 0];
    let end = start;
    let weight = 0;
    for (; end < order.length && values[order[end] ?? 0] === value; end += 1) {
      weight += counts[order[end] ?? 0] ?? 0;
    }
    if (end === start) end = start + 1;
    for (let place = start; place < end; place += 1) ranks[order[place] ?? 0] = before + (weight + 1) / 2;
    before += weight;
    start = end;
  }
  return ranks;
}

/** Pearson's correlation of pairs that stand in the list as often as `counts` says; NaN where one side is constant. */
export function weightedCorrelation(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  counts: ArrayLike<number>,
): number {
  let [weight, sumX, sumY] = [0, 0, 0];
  for (let index = 0; index < x.length; index += 1) {
    const count = counts[index] ?? 0;
    weight += count;
    sumX += count * (x[index] ?? Number.NaN);
    sumY += count * (y[index] ?? Number.NaN);
  }
  const [meanX, meanY] = [sumX / weight, sumY / weight];
  let [xx, yy, xy] = [0, 0, 0];
  for (let index = 0; index < x.length; index += 1) {
    const count = counts[index] ?? 0;
    const dx = (x[index] ?? Number.NaN) - meanX;
    const dy = (y[index] ?? Number.NaN) - meanY;
    xx += count * dx * dx;
    yy += count * dy * dy;
    xy += count * dx * dy;
  }
  return xy / Math.sqrt(xx * yy);
}
