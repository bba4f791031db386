import { Graph, GraphBuilder, Model, Tensor, tensorType, Value } from '@sentei/ir';
import type { DecayingAttention, GateDecay } from '../../src/matching/decaying-attention.ts';

export interface Sizes {
  readonly batch: number;
  readonly heads: number;
  readonly keyHeads?: number;
  readonly length: number;
  readonly channels: number;
}

/** Attention over graph inputs q, k, v [batch, heads, L, channels] and g, log gates [batch, heads, L]. */
export function attentionInputs(
  { heads, keyHeads = heads, channels }: Omit<Sizes, 'batch' | 'length'>,
  fields: Partial<Omit<DecayingAttention, 'decay'>> = {},
): {
  readonly graph: Graph;
  readonly b: GraphBuilder;
  readonly attention: DecayingAttention & { readonly decay: GateDecay };
} {
  const input = (name: string, ...dims: (string | number)[]) =>
    new Value(name, tensorType('float32', ['batch', ...dims]));
  const q = input('q', heads, 'length', channels);
  const k = input('k', keyHeads, 'length', channels);
  const v = input('v', keyHeads, 'length', channels);
  const g = input('g', heads, 'length');
  const graph = new Graph('main', [q, k, v, g]);
  const b = new GraphBuilder(graph);
  const byHead = ['batch', 'head', 'position', 'channel'] as const;
  const gates = { value: g, axes: ['batch', 'head', 'position'] as const };
  const output = b.op('Identity', [v]);
  const attention: DecayingAttention & { readonly decay: GateDecay } = {
    core: { output } as DecayingAttention['core'],
    query: { value: q, axes: byHead },
    key: { value: k, axes: byHead },
    value: { value: v, axes: byHead },
    heads,
    keyHeads,
    channels,
    valueChannels: channels,
    scale: 1 / Math.sqrt(channels),
    decay: { kind: 'gates', cumulative: gates, logGates: gates },
    padding: undefined,
    hasPast: false,
    scoreBound: 8,
    elementType: 'float32',
    length: undefined,
    finish: (_, value) => value,
    ...fields,
  };
  return { graph, b, attention };
}

/** A model with one float32 output, `value`. */
export function modelOf(graph: Graph, b: GraphBuilder, value: Value): Model {
  const output = b.op('Cast', [value], { attributes: { to: 1n } });
  output.name = 'y';
  output.type = tensorType('float32');
  graph.setOutputs([output]);
  return new Model(graph, [
    ['', 18],
    ['com.microsoft', 1],
  ]);
}

/** A bool [batch, L] made inside the graph: keys from a position on may be seen. */
export function visibleFrom(b: GraphBuilder, query: Value, first: number): Value {
  const shape = b.op('Shape', [query]);
  const length = b.op('Gather', [shape, b.constant(Tensor.int64([2], []))]);
  const range = b.op('Range', [b.constant(Tensor.int64([0], [])), length, b.constant(Tensor.int64([1], []))]);
  const batch = b.op('Slice', [shape, b.int64([0]), b.int64([1])]);
  const dims = b.op('Concat', [batch, b.op('Unsqueeze', [length, b.int64([0])])], {
    attributes: { axis: 0n },
  });
  return b.op('Expand', [b.op('GreaterOrEqual', [range, b.int64([first], [])]), dims]);
}

export type Feeds = Record<
  'q' | 'k' | 'v' | 'g',
  { readonly data: Float32Array; readonly dims: readonly number[] }
>;

/** Queries, keys and values that are the same in every run, and log gates by head and position. */
export function feedsFor(
  { batch, heads, keyHeads = heads, length, channels }: Sizes,
  gate: (head: number, position: number) => number,
  seed = 1,
): Feeds {
  let state = seed * 7919 + 1;
  const next = () => {
    state = (state * 48_271) % 2_147_483_647;
    return (2 * state) / 2_147_483_647 - 1;
  };
  const random = (count: number) => ({
    data: Float32Array.from({ length: batch * count * length * channels }, () => 2 * next()),
    dims: [batch, count, length, channels],
  });
  const gates = Float32Array.from({ length: batch * heads * length }, (_, index) =>
    gate(Math.floor(index / length) % heads, index % length),
  );
  return {
    q: random(heads),
    k: random(keyHeads),
    v: random(keyHeads),
    g: { data: gates, dims: [batch, heads, length] },
  };
}

/** Forgetting attention in float64, [batch, L, heads, channels]; rows that see no key are zero. */
export function reference(
  { q, k, v, g }: Feeds,
  { batch, heads, keyHeads = heads, length, channels }: Sizes,
  firstVisible = 0,
): Float64Array {
  const output = new Float64Array(batch * length * heads * channels);
  for (let pair = 0; pair < batch * heads; pair++) {
    const [item, head] = [Math.floor(pair / heads), pair % heads];
    const keyHead = item * keyHeads + Math.floor((head * keyHeads) / heads);
    const sums = new Float64Array(length);
    for (let i = 0, sum = 0; i < length; i++) {
      sum += Math.max(g.data[pair * length + i] ?? 0, -1e5);
      sums[i] = sum;
    }
    for (let i = firstVisible; i < length; i++) {
      const scores = new Float64Array(i + 1).fill(Number.NEGATIVE_INFINITY);
      for (let j = firstVisible; j <= i; j++) {
        let product = 0;
        for (let c = 0; c < channels; c++)
          product +=
            (q.data[(pair * length + i) * channels + c] ?? 0) *
            (k.data[(keyHead * length + j) * channels + c] ?? 0);
        scores[j] = product / Math.sqrt(channels) + (sums[i] ?? 0) - (sums[j] ?? 0);
      }
      const largest = scores.reduce((a, x) => Math.max(a, x));
      const weights = scores.map((score) => Math.exp(score - largest));
      const total = weights.reduce((a, x) => a + x);
      const row = ((item * length + i) * heads + head) * channels;
      for (let j = firstVisible; j <= i; j++)
        for (let c = 0; c < channels; c++)
          output[row + c] =
            (output[row + c] ?? 0) +
            ((weights[j] ?? 0) / total) * (v.data[(keyHead * length + j) * channels + c] ?? 0);
    }
  }
  return output;
}

/** The largest difference as a share of the largest number; infinite where one is no number. */
export function relativeError(actual: Float32Array, expected: Float64Array): number {
  const size = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return expected.reduce((most, x, index) => {
    const difference = Math.abs(x - (actual[index] ?? Number.NaN));
    return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(most, difference / size);
  }, 0);
}
