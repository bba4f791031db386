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
  /** Instead of gates: the slope of each head, or its bias by distance, the last one from there on. */
  readonly slopes?: readonly number[];
  readonly table?: readonly (readonly number[])[];
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
export function gatedAttention(sizes: GatedSizes): Model {
  const { heads, channels, valueChannels, gain } = sizes;
  const operand = (name: string, ...extents: number[]) =>
    new Value(name, tensorType('float32', ['batch', heads, 'sequence', ...extents]));
  const [query, key] = [operand('query', channels), operand('key', channels)];
  const [values, logits] = [operand('values', valueChannels), operand('logits')];
  const graph = new Graph('main', [query, key, values, logits]);
  const b = new GraphBuilder(graph);
  const gains = b.constant(Tensor.floats(Array(channels).fill(gain), [channels]));
  const keys = b.op('Transpose', [rmsNorm(b, key, gains)], { attributes: { perm: [0n, 1n, 3n, 2n] } });
  const product = b.op('MatMul', [rmsNorm(b, query, gains), keys]);
  const length = b.op('Shape', [logits], { attributes: { start: 2n, end: 3n } });
  const [zero, one] = [b.constant(Tensor.int64([0], [])), b.constant(Tensor.int64([1], []))];
  const positions = b.op('Range', [zero, b.op('Squeeze', [length, b.int64([0])]), one]);
  const visible = b.op('GreaterOrEqual', [b.op('Unsqueeze', [positions, b.int64([1])]), positions]);
  const decay = sizes.slopes || sizes.table ? byDistance(b, positions, sizes) : byGates(b, logits, sizes);
  const scaled = b.op('Mul', [product, b.float32([1 / Math.sqrt(channels)], [])]);
  const scores = b.op('Add', [scaled, decay]);
  const masked = b.op('Where', [visible, scores, b.float32([Number.NEGATIVE_INFINITY], [])]);
  const output = b.op('MatMul', [b.op('Softmax', [masked], { attributes: { axis: -1n } }), values]);
  output.name = 'y';
  output.type = tensorType('float32', ['batch', heads, 'sequence', valueChannels]);
  graph.setOutputs([output]);
  return new Model(graph, [['', 18]], 10);
}

function byGates(b: GraphBuilder, logits: Value, { gate }: GatedSizes): Value {
  const logGates =
    gate === 'log-sigmoid'
      ? b.op('Log', [b.op('Sigmoid', [logits])])
      : b.op('Neg', [b.op('Softplus', [b.op('Neg', [logits])])]);
  const cumulative = b.op('CumSum', [logGates, b.constant(Tensor.int64([2], []))]);
  return b.op('Sub', [
    b.op('Unsqueeze', [cumulative, b.int64([3])]),
    b.op('Unsqueeze', [cumulative, b.int64([2])]),
  ]);
}

/** [1, heads, sequence, sequence] */
function byDistance(b: GraphBuilder, positions: Value, { heads, slopes, table = [] }: GatedSizes): Value {
  const [rows, columns] = [
    b.op('Unsqueeze', [positions, b.int64([1])]),
    b.op('Unsqueeze', [positions, b.int64([0])]),
  ];
  if (slopes !== undefined) {
    const backwards = b.op('Cast', [b.op('Sub', [columns, rows])], { attributes: { to: 1n } });
    return b.op('Mul', [b.float32(slopes, [1, heads, 1, 1]), backwards]);
  }
  const count = table[0]?.length ?? 0;
  const byPosition = Array.from({ length: count }, (_, distance) => table.map((row) => row[distance] ?? 0));
  const [least, most] = [b.constant(Tensor.int64([0], [])), b.constant(Tensor.int64([count - 1], []))];
  const distance = b.op('Min', [b.op('Max', [b.op('Sub', [rows, columns]), least]), most]);
  const bias = b.op('Gather', [b.float32(byPosition.flat(), [count, heads]), distance]);
  const first = b.op('Transpose', [bias], { attributes: { perm: [2n, 0n, 1n] } });
  return b.op('Unsqueeze', [first, b.int64([0])]);
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
    ...decayOf(sizes, feeds),
  };
}

function decayOf(
  { slopes, table }: GatedSizes,
  { logits }: GatedFeeds,
): Pick<AttentionProblem, 'logGates' | 'bias'> {
  if (slopes !== undefined) return { bias: (head, distance) => -Math.fround(slopes[head] ?? 0) * distance };
  if (table === undefined) return { logGates: Float64Array.from(logits, logSigmoid) };
  return {
    bias: (head, distance) => {
      const row = table[head] ?? [];
      return Math.fround(row[Math.min(distance, row.length - 1)] ?? 0);
    },
  };
}
