import { type GraphBuilder, Tensor, type TensorType, tensorType, type Value } from '@sentei/ir';

/** Keys and values of the past, before or after those of a new chunk were put behind them. */
export interface KeyValues {
  /** [batch, key heads, keys, channels] */
  readonly key: Value;
  /** [batch, key heads, keys, value channels] */
  readonly value: Value;
}

/** What is known of the keys of the past, so that the oldest may be left out. */
export interface ForgettingPast {
  /** float32 [batch, heads, past]: c of each key minus c of the last one; never negative. */
  readonly decay: Value;
  /** float32 [batch, heads, past]: no later query gives the key a score that is more than this above that of its own key. */
  readonly margin: Value;
  /** float32 [batch, heads]: an upper bound of the share of attention that keys left out would get from any later query. */
  readonly leftOut: Value;
}

/** When keys are left out of a state that is returned whole. */
export interface ForgettingOptions {
  /** Largest share of a row's attention that may be left out, of all keys and for ever. */
  readonly epsilon: number;
  /** Keys are left out as soon as there are so many to leave out, since each time the others are copied. */
  readonly least: number;
  /** Type of keys and values. */
  readonly type: TensorType['elementType'];
}

/** Sums of n float32 numbers that are not negative are off by n · 2⁻²⁴ of themselves at most: 6 % for a million. */
const ROUNDING_SHARE = 0.9;

const END = Number.MAX_SAFE_INTEGER;

/** How many leading keys no later query can reach. */
interface Forgotten {
  /** Scalar int64. */
  readonly count: Value;
  /** float32 [batch, heads, past + 1]: an upper bound of what is left out if so many leading keys go as the place says. */
  readonly shares: Value;
}

/**
 * A later query i gives key j at most the weight exp(margin[j] + D[i, j]), since its own key, which has D = 0, counts too, and
 * D[i, j] ≤ −decay[j] from now on. What all keys left out may get of a row adds up to `leftOut`, which shrinks by every gate
 * that follows, and keys go as long as it stays below ε. So the share that is missing in any row is below ε however long the
 * sequence gets; a threshold for single keys, −2U − log L + log ε, would have to know the length in advance.
 * (Adaptive Computation Pruning for the Forgetting Transformer, arXiv 2504.06949, section 3, for the weight of one key.)
 */
function countForgotten(b: GraphBuilder, past: ForgettingPast, epsilon: number): Forgotten {
  const weights = b.op('Exp', [b.op('Sub', [past.margin, past.decay])]);
  const before = b.op('Unsqueeze', [past.leftOut, b.int64([2])]);
  const parts = b.op('Concat', [before, weights], { attributes: { axis: 2n } });
  const shares = b.op('CumSum', [parts, b.constant(Tensor.int64([2], []))]);
  const isBelow = b.op('Less', [shares, b.float32([ROUNDING_SHARE * epsilon], [])]);
  // The shares never fall along the keys, so those below ε lead; the first is that of no key at all, which keeps the sum from
  // being one over nothing: CUDA refuses those.
  const counts = b.op('ReduceSum', [b.op('Cast', [isBelow], { attributes: { to: 7n } }), b.int64([2])], {
    attributes: { keepdims: 0n },
  });
  // Heads and sequences of one tensor keep as many keys as the one that reaches farthest.
  const least = b.op('ReduceMin', [counts], { attributes: { keepdims: 0n } });
  const one = b.constant(Tensor.int64([1], []));
  const count = b.op('Sub', [b.op('Max', [least, one]), one]);
  return { count, shares };
}

/**
 * Emits what is known of a past without the leading keys that no later query can reach. Keys and values are for whoever keeps
 * them to drop.
 *
 * @returns `count` int64 [1], how many those are
 */
export function forgetRows(
  b: GraphBuilder,
  past: ForgettingPast,
  epsilon: number,
): ForgettingPast & { readonly count: Value } {
  const { count, shares } = countForgotten(b, past, epsilon);
  const start = b.op('Unsqueeze', [count, b.int64([0])]);
  return {
    count: start,
    decay: b.op('Slice', [past.decay, start, b.int64([END]), b.int64([2])]),
    margin: b.op('Slice', [past.margin, start, b.int64([END]), b.int64([2])]),
    leftOut: b.op('Gather', [shares, count], { attributes: { axis: 2n } }),
  };
}

/** Emits a past without the leading keys that no later query can reach, its keys and values followed by new ones. */
export function forgetKeys(
  b: GraphBuilder,
  keyValues: KeyValues,
  added: KeyValues,
  past: ForgettingPast,
  { epsilon, least, type }: ForgettingOptions,
): KeyValues & ForgettingPast {
  const { count, shares } = countForgotten(b, past, epsilon);
  const isWorthIt = b.op('GreaterOrEqual', [count, b.int64([least], [])], {
    types: [tensorType('bool', [])],
  });
  const start = b.op('Unsqueeze', [count, b.int64([0])]);
  const row = [null, null, null] as const;
  const types = [
    tensorType(type, [...row, null]),
    tensorType(type, [...row, null]),
    tensorType('float32', row),
    tensorType('float32', row),
    tensorType('float32', row.slice(1)),
  ];
  const branch = (name: string, build: (body: GraphBuilder) => readonly Value[]) =>
    b.subgraph(name, [], (body) =>
      build(body).map((value, index) => ({ value, type: types[index] as TensorType })),
    );
  // Joined in the branches, so that keys are copied once where none is left out.
  const join = (body: GraphBuilder, kept: Value, more: Value) =>
    body.op('Concat', [kept, more], { attributes: { axis: 2n } });
  const forget = branch('forget', (body) => {
    const cut = (part: Value) => body.op('Slice', [part, start, body.int64([END]), body.int64([2])]);
    return [
      join(body, cut(keyValues.key), added.key),
      join(body, cut(keyValues.value), added.value),
      cut(past.decay),
      cut(past.margin),
      body.op('Gather', [shares, count], { attributes: { axis: 2n } }),
    ];
  });
  const keep = branch('keep', (body) => [
    join(body, keyValues.key, added.key),
    join(body, keyValues.value, added.value),
    ...[past.decay, past.margin, past.leftOut].map((part) => body.op('Identity', [part])),
  ]);
  const [key, value, decay, margin, leftOut] = b.ops('If', [isWorthIt], types.length, {
    attributes: { then_branch: forget, else_branch: keep },
    types,
    name: 'forget_keys',
  }) as [Value, Value, Value, Value, Value];
  return { key, value, decay, margin, leftOut };
}
