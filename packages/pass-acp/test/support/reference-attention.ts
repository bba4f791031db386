/** Causal attention with a decaying bias. Queries are the last positions of the keys, as in `DecayingAttention`. */
export interface AttentionProblem {
  readonly batch: number;
  readonly heads: number;
  /** Heads of keys and values: a divisor of `heads`. Default: `heads`. */
  readonly keyHeads?: number;
  readonly queries: number;
  /** Default: `queries`. */
  readonly keys?: number;
  readonly channels: number;
  readonly valueChannels: number;
  /** Factor on query · key. Default: 1 / √channels. */
  readonly scale?: number;
  /** [batch, heads, queries, channels] */
  readonly query: ArrayLike<number>;
  /** [batch, keyHeads, keys, channels] */
  readonly key: ArrayLike<number>;
  /** [batch, keyHeads, keys, valueChannels] */
  readonly value: ArrayLike<number>;
  /** [batch, heads, keys]: at most 0, −∞ for a gate that is shut. */
  readonly logGates?: ArrayLike<number>;
  /** Bias of a head at a distance, as ALiBi and T5 have it, added to that of the gates. */
  readonly bias?: (head: number, distance: number) => number;
  /** [batch, keys]: 0 for keys that no query may see. */
  readonly allowed?: ArrayLike<number>;
}

/** One row of attention. */
export interface AttentionRow {
  /** Of all keys; they sum to 1, or are all 0 where no key may be seen. */
  readonly weights: Float64Array;
  readonly output: Float64Array;
}

/**
 * Attention in float64, as the definition has it. The bias is summed up from the row's own key backwards, and not as a
 * difference of running sums, so that no size of those sums costs accuracy and a shut gate forgets what lies before it.
 */
export function attendRow(problem: AttentionProblem, batch: number, head: number, row: number): AttentionRow {
  const { heads, queries, channels, valueChannels, query, key, value, logGates, bias, allowed } = problem;
  const { keyHeads = heads, keys = queries, scale = 1 / Math.sqrt(channels) } = problem;
  const own = keys - queries + row;
  const keyHead = batch * keyHeads + Math.floor((head * keyHeads) / heads);
  const queryAt = ((batch * heads + head) * queries + row) * channels;
  const gatesAt = (batch * heads + head) * keys;
  const scores = new Float64Array(keys).fill(Number.NEGATIVE_INFINITY);
  let decay = 0;
  for (let position = own; position >= 0; position -= 1) {
    if (position < own) decay += logGates?.[gatesAt + position + 1] ?? 0;
    if (allowed !== undefined && !allowed[batch * keys + position]) continue;
    const keyAt = (keyHead * keys + position) * channels;
    let product = 0;
    for (let channel = 0; channel < channels; channel += 1)
      product += (query[queryAt + channel] ?? 0) * (key[keyAt + channel] ?? 0);
    scores[position] = scale * product + decay + (bias?.(head, own - position) ?? 0);
  }
  const largest = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
  const weights = scores.map((score) => (score === Number.NEGATIVE_INFINITY ? 0 : Math.exp(score - largest)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const output = new Float64Array(valueChannels);
  for (const [position, weight] of weights.entries()) {
    if (weight === 0) continue;
    weights[position] = weight / sum;
    const valueAt = (keyHead * keys + position) * valueChannels;
    for (let channel = 0; channel < valueChannels; channel += 1)
      output[channel] = (output[channel] ?? 0) + (weight / sum) * (value[valueAt + channel] ?? 0);
  }
  return { weights, output };
}

/** All rows of `attendRow`: [batch, heads, queries, valueChannels] and [batch, heads, queries, keys]. */
export function attend(problem: AttentionProblem): AttentionRow {
  const { batch, heads, queries, valueChannels } = problem;
  const { keys = queries } = problem;
  const rows = batch * heads * queries;
  const output = new Float64Array(rows * valueChannels);
  const weights = new Float64Array(rows * keys);
  for (let index = 0; index < rows; index += 1) {
    const [group, row] = [Math.floor(index / queries), index % queries];
    const attended = attendRow(problem, Math.floor(group / heads), group % heads, row);
    output.set(attended.output, index * valueChannels);
    weights.set(attended.weights, index * keys);
  }
  return { output, weights };
}

/** x / √(mean(x²) + epsilon) · gains over rows of as many channels as there are gains. */
export function normalise(x: ArrayLike<number>, gains: ArrayLike<number>, epsilon = 1e-6): Float64Array {
  const channels = gains.length;
  const result = Float64Array.from(x);
  for (let from = 0; from < result.length; from += channels) {
    const row = result.subarray(from, from + channels);
    const mean = row.reduce((sum, each) => sum + each * each, 0) / channels;
    const factor = 1 / Math.sqrt(mean + epsilon);
    for (let channel = 0; channel < channels; channel += 1)
      row[channel] = (row[channel] ?? 0) * factor * (gains[channel] ?? 0);
  }
  return result;
}

/** log sigmoid of a logit. */
export function logSigmoid(logit: number): number {
  return logit >= 0 ? -Math.log1p(Math.exp(-logit)) : logit - Math.log1p(Math.exp(logit));
}
