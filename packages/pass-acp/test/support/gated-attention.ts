import { Graph, GraphBuilder, Model, Tensor, tensorType, Value } from '@sentei/ir';
import { rmsNorm } from '../../../anatomy/test/support/forgetting-attention.ts';
import { type AttentionProblem, logSigmoid, normalise } from './reference-attention.ts';

/** Sizes of attention whose every operand is an input. */
export interface GatedSizes {
  readonly heads: number;
  readonly channels: number;
  readonly valueChannels: number;
  /** Gains of the norms of queries and keys. Their product with √channels bounds the scores. */
  readonly gain: number;
  /** `log-sigmoid` gives −∞ for logits below −104, `softplus` the logit. Default: `softplus`. */
  readonly gate?: 'log-sigmoid' | 'softplus';
}

/** What the model is fed, each row by row. */
export interface GatedFeeds {
  readonly batch: number;
  readonly length: number;
  /** [batch, heads, length, channels] */
  readonly query: Float32Array;
  readonly key: Float32Array;
  /** [batch, heads, length, valueChannels] */
  readonly values: Float32Array;
  /** [batch, heads, length]: of the gates. */
  readonly logits: Float32Array;
}

/**
 * Forgetting attention over inputs `query`, `key`, `values` and `logits`, with norms over queries and keys, so that
 * anything can be asked of it. Its output is [batch, heads, sequence, value channels].
 */
export function gatedAttention({ heads, channels, valueChannels, gain, gate }: GatedSizes): Model {
  const operand = (name: string, ...extents: number[]) =>
    new Value(name, tensorType('float32', ['batch', heads, 'sequence', ...extents]));
  const [query, key] = [operand('query', channels), operand('key', channels)];
  const [values, logits] = [operand('values', valueChannels), operand('logits')];
  const graph = new Graph('main', [query, key, values, logits]);
  const b = new GraphBuilder(graph);
  const gains = b.constant(Tensor.floats(Array(channels).fill(gain), [channels]));
  const keys = b.op('Transpose', [rmsNorm(b, key, gains)], { attributes: { perm: [0n, 1n, 3n, 2n] } });
  const logGates =
    gate === 'log-sigmoid'
      ? b.op('Log', [b.op('Sigmoid', [logits])])
      : b.op('Neg', [b.op('Softplus', [b.op('Neg', [logits])])]);
  const cumulative = b.op('CumSum', [logGates, b.constant(Tensor.int64([2], []))]);
  const decay = b.op('Sub', [
    b.op('Unsqueeze', [cumulative, b.int64([3])]),
    b.op('Unsqueeze', [cumulative, b.int64([2])]),
  ]);
  const product = b.op('MatMul', [rmsNorm(b, query, gains), keys]);
  const scores = b.op('Add', [b.op('Mul', [product, b.float32([1 / Math.sqrt(channels)], [])]), decay]);
  const length = b.op('Shape', [logits], { attributes: { start: 2n, end: 3n } });
  const [zero, one] = [b.constant(Tensor.int64([0], [])), b.constant(Tensor.int64([1], []))];
  const positions = b.op('Range', [zero, b.op('Squeeze', [length, b.int64([0])]), one]);
  const visible = b.op('GreaterOrEqual', [b.op('Unsqueeze', [positions, b.int64([1])]), positions]);
  const masked = b.op('Where', [visible, scores, b.float32([Number.NEGATIVE_INFINITY], [])]);
  const output = b.op('MatMul', [b.op('Softmax', [masked], { attributes: { axis: -1n } }), values]);
  output.name = 'y';
  output.type = tensorType('float32', ['batch', heads, 'sequence', valueChannels]);
  graph.setOutputs([output]);
  return new Model(graph, [['', 18]], 10);
}

/** The feeds as `runModel` takes them. */
export function feedsOf(sizes: GatedSizes, { batch, length, query, key, values, logits }: GatedFeeds) {
  const { heads, channels, valueChannels } = sizes;
  const dims = (...extents: number[]) => [batch, heads, length, ...extents];
  return {
    query: { data: query, dims: dims(channels) },
    key: { data: key, dims: dims(channels) },
    values: { data: values, dims: dims(valueChannels) },
    logits: { data: logits, dims: dims() },
  };
}

/** The same attention for the reference in float64. */
export function problemOf(sizes: GatedSizes, feeds: GatedFeeds): AttentionProblem {
  const gains = Array<number>(sizes.channels).fill(Math.fround(sizes.gain));
  return {
    batch: feeds.batch,
    heads: sizes.heads,
    queries: feeds.length,
    channels: sizes.channels,
    valueChannels: sizes.valueChannels,
    query: normalise(feeds.query, gains),
    key: normalise(feeds.key, gains),
    value: feeds.values,
    logGates: Float64Array.from(feeds.logits, logSigmoid),
  };
}
