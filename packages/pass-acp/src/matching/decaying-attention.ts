import type { AttentionCore } from '@sentei/anatomy';
import type { GraphBuilder, Value } from '@sentei/ir';
import type { Operand } from './operand.ts';

/**
 * What is added to the scores: D[i, j] for query i and key j ≤ i, both counted as positions of keys. Of gates and slopes it is
 * 0 at j = i and never grows with the distance; a table may, and be anything at distance 0.
 */
export type Decay = GateDecay | SlopeDecay | RelativeDecay;

/** D[i, j] = c[i] − c[j] with c the running sum of log forget gates, which are never positive. */
export interface GateDecay {
  readonly kind: 'gates';
  /** c over all keys, float32: batch, head and position in some order. */
  readonly cumulative: Operand;
  /** Log forget gates that c sums up, of the same keys: batch, head and position in some order. */
  readonly logGates: Operand;
}

/** D[i, j] = −slope · (i − j), as ALiBi has it. */
export interface SlopeDecay {
  readonly kind: 'slopes';
  /** One for each head, none negative. */
  readonly slopes: readonly number[];
  /**
   * Mask [batch, keys] of zeros and ones by which distances are counted: only keys with a one count, and `padding` allows no
   * others. Absent where all count.
   */
  readonly counted?: Value;
}

/** D[i, j] = table[i − j], as T5's relative bias; what prunes is the largest entry from a distance on. */
export interface RelativeDecay {
  readonly kind: 'relative';
  /** The bias at `DISTANCES`, for each head; not a number at distances the model has no bias for. */
  readonly samples: readonly Float64Array[];
  /** Emits float32 [heads, count]: the bias at distances 0 … count − 1. `count` is an int64 [1]. */
  readonly table: (b: GraphBuilder, count: Value) => Value;
}

/**
 * Causal attention whose bias decays towards the past, in the normal form that every lowering reads:
 * output = softmax(scale · query · keyᵀ + D, over the keys j ≤ i that `padding` allows) · value.
 *
 * Queries are the last positions of the keys: query i of q is at position keys − q + i.
 */
export interface DecayingAttention {
  readonly core: AttentionCore;
  /** Batch, head, position and channel in some order; not scaled. */
  readonly query: Operand;
  /** As many heads as the queries or a divisor of them: head h of the queries reads head ⌊h · keyHeads / heads⌋. */
  readonly key: Operand;
  /** As many heads as `key`. */
  readonly value: Operand;
  readonly heads: number;
  readonly keyHeads: number;
  /** Channels of a head of queries and keys, and of values. */
  readonly channels: number;
  readonly valueChannels: number;
  /** Factor on query · key. */
  readonly scale: number;
  readonly decay: Decay;
  /** Emits bool [batch, keys], or [1, keys]: the keys that any query may see; absent where all are. */
  readonly padding: ((b: GraphBuilder) => Value) | undefined;
  /** Whether there are, or may be, more keys than queries: the graph takes keys from a cache. */
  readonly hasPast: boolean;
  /** U, from the weights: no |scale · query · key| exceeds it for any input. Absent where only a run can tell. */
  readonly scoreBound: number | undefined;
  /** Element type of queries, keys and values. */
  readonly elementType: 'float32' | 'float16' | 'bfloat16';
  /** Scalar int64 number of keys, where the model computes one outside this attention. */
  readonly length: Value | undefined;
  /** Emits what the graph has in place of the output, from [batch, heads, queries, valueChannels] of `elementType`. */
  readonly finish: (b: GraphBuilder, output: Value) => Value;
}

/** Why attention is left as it is. */
export interface Unprunable {
  readonly reason: string;
}
