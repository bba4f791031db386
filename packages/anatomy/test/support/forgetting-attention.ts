import { Graph, GraphBuilder, Model, Tensor, tensorType, Value } from '@sentei/ir';

export interface ForgettingOptions {
  readonly heads?: number;
  readonly channels?: number;
  readonly gate?: 'log-sigmoid' | 'softplus' | 'unbounded';
  readonly mask?:
    | 'where'
    | 'leading-axes'
    | 'masked-fill'
    | 'additive'
    | 'in-bias'
    | 'trilu'
    | 'triu-bias'
    | 'none';
  /** Adds what PyTorch writes after the softmax: rows that are not a number become zeros. */
  readonly guard?: boolean;
  readonly norm?: 'rms' | 'none';
  /** Largest gain of the query and key norms; the score bound follows from it. */
  readonly gain?: number;
  /** Added to every gate logit: the larger, the more global the heads. */
  readonly gateBias?: number;
  readonly fill?: number;
  /** Where the values come from: projected from x, or a second input `values` [batch, heads, sequence, channels]. */
  readonly values?: 'projected' | 'input';
  /** Makes another bias in place of the forget bias, or none; `length` is an int64 [1]. */
  readonly bias?: (b: GraphBuilder, length: Value) => Value | undefined;
  /** Last change of queries and keys [batch, heads, sequence, channels] before their product. */
  readonly turn?: (b: GraphBuilder, x: Value, length: Value) => Value;
}

/**
 * One layer of forgetting attention over x [batch, sequence, heads · channels], as PyTorch's exporter writes it, with
 * weights that depend on nothing but the sizes.
 */
export function forgettingModel(options: ForgettingOptions = {}): Model {
  const { heads = 2, channels = 8, mask = 'where', norm = 'rms', gain = 1.5 } = options;
  const width = heads * channels;
  const x = new Value('x', tensorType('float32', ['batch', 'sequence', width]));
  const given = new Value('values', tensorType('float32', ['batch', heads, 'sequence', channels]));
  const isGiven = options.values === 'input';
  const graph = new Graph('main', isGiven ? [x, given] : [x]);
  const b = new GraphBuilder(graph);
  const weight = (rows: number, columns: number, seed: number) =>
    b.constant(Tensor.floats(pseudoRandom(rows * columns, seed, Math.sqrt(3 / rows)), [rows, columns]));
  const split = b.int64([0, 0, heads, channels]);
  const project = (seed: number) => b.op('Reshape', [b.op('MatMul', [x, weight(width, width, seed)]), split]);
  const gains = (seed: number) => {
    const values = pseudoRandom(channels, seed, gain);
    values[0] = gain;
    return b.constant(Tensor.floats(values, [channels]));
  };
  const normed = (value: Value, seed: number) => (norm === 'rms' ? rmsNorm(b, value, gains(seed)) : value);
  const length = b.op('Shape', [x], { attributes: { start: 1n, end: 2n } });
  const byHead = (seed: number) => {
    const arranged = b.op('Transpose', [normed(project(seed), 10 + seed)], {
      attributes: { perm: [0n, 2n, 1n, 3n] },
    });
    return options.turn?.(b, arranged, length) ?? arranged;
  };
  const query = byHead(1);
  const key = options.turn
    ? b.op('Transpose', [byHead(2)], { attributes: { perm: [0n, 1n, 3n, 2n] } })
    : b.op('Transpose', [normed(project(2), 12)], { attributes: { perm: [0n, 2n, 3n, 1n] } });
  const values = isGiven
    ? given
    : b.op('Transpose', [project(3)], { attributes: { perm: [0n, 2n, 1n, 3n] } });

  const decay = options.bias ? options.bias(b, length) : forgetBias(b, x, options);
  const scaled = b.op('Mul', [b.op('MatMul', [query, key]), b.float32([1 / Math.sqrt(channels)], [])]);
  const scores = masked(b, length, scaled, decay, mask, options.fill ?? Number.NEGATIVE_INFINITY);
  const softmax = b.op('Softmax', [scores], { attributes: { axis: -1n } });
  const weights = options.guard
    ? b.op('Where', [b.op('IsNaN', [softmax]), b.float32([0], []), softmax])
    : softmax;
  const attended = b.op('MatMul', [weights, values]);
  const merged = b.op('Reshape', [
    b.op('Transpose', [attended], { attributes: { perm: [0n, 2n, 1n, 3n] } }),
    b.int64([0, 0, width]),
  ]);
  merged.name = 'y';
  merged.type = tensorType('float32', ['batch', 'sequence', width]);
  graph.setOutputs([merged]);
  return new Model(graph, [['', 18]], 10);
}

function forgetBias(b: GraphBuilder, x: Value, options: ForgettingOptions): Value {
  const { heads = 2, channels = 8, gate = 'log-sigmoid' } = options;
  const width = heads * channels;
  const spread = Tensor.floats(
    Array.from({ length: heads }, (_, h) => (options.gateBias ?? 0) + 2 * h),
    [heads],
  );
  const logits = b.op('Add', [
    b.op('MatMul', [
      x,
      b.constant(Tensor.floats(pseudoRandom(width * heads, 4, Math.sqrt(3 / width)), [width, heads])),
    ]),
    b.constant(spread),
  ]);
  const sums = b.op('CumSum', [logGate(b, logits, gate), b.constant(Tensor.int64([1], []))]);
  const cumulative = b.op('Transpose', [sums], {
    attributes: { perm: [0n, 2n, 1n] },
    types: [tensorType('float32', ['batch', heads, 'sequence'])],
  });
  return b.op('Sub', [
    b.op('Unsqueeze', [cumulative, b.int64([3])]),
    b.op('Unsqueeze', [cumulative, b.int64([2])]),
  ]);
}

/** x / sqrt(mean(x²) + 1e-6) · scale over the last axis, as PyTorch's exporter writes it. */
export function rmsNorm(b: GraphBuilder, x: Value, scale: Value): Value {
  const mean = b.op('ReduceMean', [b.op('Pow', [x, b.float32([2], [])]), b.int64([-1])], {
    attributes: { keepdims: 1n },
  });
  const root = b.op('Sqrt', [b.op('Add', [mean, b.float32([1e-6], [])])]);
  return b.op('Mul', [b.op('Mul', [x, b.op('Reciprocal', [root])]), scale]);
}

function logGate(b: GraphBuilder, logits: Value, form: NonNullable<ForgettingOptions['gate']>): Value {
  if (form === 'log-sigmoid') return b.op('Log', [b.op('Sigmoid', [logits])]);
  if (form === 'softplus') return b.op('Neg', [b.op('Softplus', [b.op('Neg', [logits])])]);
  return b.op('Tanh', [logits]);
}

/** product + bias, with the causal mask in one of the forms that exporters write. */
function masked(
  b: GraphBuilder,
  length: Value,
  product: Value,
  bias: Value | undefined,
  form: ForgettingOptions['mask'],
  fill: number,
): Value {
  const scores = bias === undefined ? product : b.op('Add', [product, bias]);
  if (form === 'none') return scores;
  const filling = b.float32([fill], []);
  const square = (value: number) =>
    b.op('Expand', [
      b.float32([value], [1, 1]),
      b.op('Concat', [length, length], { attributes: { axis: 0n } }),
    ]);
  if (form === 'trilu') {
    const lower = b.op('Trilu', [square(1)], { attributes: { upper: 0n } });
    return b.op('Where', [b.op('Cast', [lower], { attributes: { to: 9n } }), scores, filling]);
  }
  if (form === 'triu-bias') {
    const upper = b.op('Trilu', [square(fill), b.constant(Tensor.int64([1], []))], {
      attributes: { upper: 1n },
    });
    return b.op('Add', [scores, upper]);
  }
  const zero = b.constant(Tensor.int64([0], []));
  const range = b.op('Range', [zero, b.op('Squeeze', [length]), b.constant(Tensor.int64([1], []))]);
  const visible = b.op('GreaterOrEqual', [
    b.op('Unsqueeze', [range, b.int64([1])]),
    b.op('Unsqueeze', [range, b.int64([0])]),
  ]);
  if (form === 'where') return b.op('Where', [visible, scores, filling]);
  if (form === 'leading-axes') {
    return b.op('Where', [b.op('Unsqueeze', [visible, b.int64([0, 1])]), scores, filling]);
  }
  if (form === 'masked-fill') return b.op('Where', [b.op('Not', [visible]), filling, scores]);
  if (form === 'in-bias') return b.op('Add', [product, b.op('Where', [visible, bias ?? null, filling])]);
  return b.op('Add', [scores, b.op('Where', [visible, b.float32([0], []), filling])]);
}

/** Numbers in [−scale, scale] from a linear congruential generator, the same in every run. */
function pseudoRandom(count: number, seed: number, scale: number): number[] {
  let state = seed * 7919 + 1;
  return Array.from({ length: count }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return scale * ((2 * state) / 2 ** 31 - 1);
  });
}
