import { type GraphBuilder, Tensor, type Value } from '@sentei/ir';
import type { DecayingAttention, GateDecay } from '../matching/decaying-attention.ts';
import { arrange, type Operand } from '../matching/operand.ts';

/** Operands in float32 with the forget bias in extra channels, so that one product gives score + bias. */
export interface Operands {
  /** [batch, heads, queries, width] */
  readonly query: Value;
  /** [batch, heads, keys, width] */
  readonly key: Value;
  /** [batch, heads, keys, value channels] */
  readonly value: Value;
  /** Scaled queries and keys without the bias, [batch, heads, …, channels]. */
  readonly bare: { readonly query: Value; readonly key: Value };
  readonly sums: RunningSums;
  /** bool [batch, keys]: keys that may be seen; absent where all may. */
  readonly visible: Value | undefined;
  /** Channels of queries and keys with the bias. */
  readonly width: number;
  readonly valueChannels: number;
}

/** c = high + low, to the precision of float64. */
export interface RunningSums {
  /** [batch, heads, keys] */
  readonly high: Value;
  /** [batch, heads, keys], at most half of the last place of `high`. */
  readonly low: Value;
  /** [batch, heads, queries]: `high` at the queries, which are the last keys. */
  readonly atQueries: Value;
}

/** Where queries hold a number that is added to all scores of the row; the keys hold 1 there. */
export const SHIFT_CHANNEL = 3;

/** Score of a key that must not be seen: no exponential is left of it, and sums with it stay finite. */
const UNSEEN = -1e30;

/**
 * No log gate below this makes a difference: a key behind one weighs less than exp(2U − 10⁶). Gates that are shut
 * completely (−∞) would make every sum after them infinite.
 */
const LOWEST_LOG_GATE = -1e6;

const [FLOAT32, FLOAT64] = [1n, 11n];

/**
 * query' = [high, 1, 1, 0, scale · query], key' = [1, −high, −low, 1, key]. Their product sums up high[i] − high[j] first,
 * which is exact where the two are near each other, then takes low[j], and adds the score last. The rest of c[i] is left out:
 * it is the same for a whole row, which no softmax sees. The sums are made anew in float64, because near −10⁵ a float32 holds
 * hundredths only.
 */
export function augmentOperands(
  b: GraphBuilder,
  attention: DecayingAttention & { readonly decay: GateDecay },
  padding: Value | undefined,
): Operands {
  const { scale, channels, valueChannels, decay } = attention;
  const unscaled = operand(b, attention, attention.query);
  const query = scale === 1 ? unscaled : b.op('Mul', [unscaled, b.float32([scale], [])]);
  const key = repeated(b, attention, operand(b, attention, attention.key));
  const { high, low } = runningSums(b, gatesOfAllHeads(b, decay.logGates, key));
  const atQueries = attention.hasPast ? lastOf(b, high, query) : high;
  const visible = padding && ofEverySequence(b, padding, query);
  const hidden =
    visible && b.op('Where', [b.op('Unsqueeze', [visible, b.int64([1])]), low, b.float32([-UNSEEN], [])]);
  const column = (value: Value) => b.op('Unsqueeze', [value, b.int64([3])]);
  const filled = (like: Value, value: number) =>
    b.op('ConstantOfShape', [b.op('Shape', [like])], { attributes: { value: Tensor.floats([value]) } });
  const concat = (...parts: Value[]) => b.op('Concat', parts, { attributes: { axis: 3n } });
  const queryColumn = column(likeOriginal(b, attention, atQueries));
  const keyColumn = column(high);
  const ones = filled(queryColumn, 1);
  const keyOnes = attention.hasPast ? filled(keyColumn, 1) : ones;
  return {
    query: concat(queryColumn, ones, ones, filled(queryColumn, 0), query),
    key: concat(keyOnes, b.op('Neg', [keyColumn]), b.op('Neg', [column(hidden ?? low)]), keyOnes, key),
    value: repeated(b, attention, operand(b, attention, attention.value)),
    bare: { query, key },
    sums: { high, low, atQueries },
    visible,
    width: channels + SHIFT_CHANNEL + 1,
    valueChannels,
  };
}

/** [batch, keys] from that or [1, keys]. */
function ofEverySequence(b: GraphBuilder, visible: Value, query: Value): Value {
  const batch = b.op('Slice', [b.op('Shape', [query]), b.int64([0]), b.int64([1])]);
  return b.op('Expand', [visible, b.op('Concat', [batch, b.int64([1])], { attributes: { axis: 0n } })]);
}

function operand(b: GraphBuilder, { elementType }: DecayingAttention, from: Operand): Value {
  const arranged = arrange(b, from, ['batch', 'head', 'position', 'channel']);
  return elementType === 'float32' ? arranged : b.op('Cast', [arranged], { attributes: { to: FLOAT32 } });
}

/**
 * In the original, a gate that underflows to 0 makes every later row not a number. Where it puts 0 in such rows on purpose,
 * they have to be found again: they stay undefined, and whatever finishes the output puts the 0 there. Elsewhere they get
 * what a gate that is all but 0 gives.
 */
function likeOriginal(b: GraphBuilder, attention: DecayingAttention, atQueries: Value): Value {
  const { core, decay } = attention;
  if (!core.zeroesUndefinedRows || decay.kind !== 'gates') return atQueries;
  const original = arrange(b, decay.cumulative, ['batch', 'head', 'position']);
  const atSame = attention.hasPast ? lastOf(b, original, atQueries) : original;
  return b.op('Add', [atQueries, b.op('Mul', [atSame, b.float32([0], [])])]);
}

/** Keys or values of grouped heads once for each head of the queries. */
function repeated(b: GraphBuilder, { heads, keyHeads }: DecayingAttention, value: Value): Value {
  if (heads === keyHeads) return value;
  const times = b.int64([1, 1, heads / keyHeads, 1, 1]);
  const spread = b.op('Expand', [b.op('Unsqueeze', [value, b.int64([2])]), times]);
  const shape = b.op('Shape', [value]);
  const kept = (from: number, to: number) => b.op('Slice', [shape, b.int64([from]), b.int64([to])]);
  const grouped = b.op('Concat', [kept(0, 1), b.int64([heads]), kept(2, 4)], { attributes: { axis: 0n } });
  return b.op('Reshape', [spread, grouped]);
}

/** [batch, heads, keys], where one gate may serve all heads or sequences. */
function gatesOfAllHeads(b: GraphBuilder, logGates: Operand, key: Value): Value {
  const axes = ['batch', 'head', 'position'] as const;
  const gates = arrange(b, logGates, axes);
  if (axes.every((axis) => logGates.axes.includes(axis))) return gates;
  return b.op('Expand', [gates, b.op('Slice', [b.op('Shape', [key]), b.int64([0]), b.int64([3])])]);
}

function runningSums(b: GraphBuilder, logGates: Value): { high: Value; low: Value } {
  const cast = (value: Value, to: bigint) => b.op('Cast', [value], { attributes: { to } });
  const lowest = cast(b.float32([LOWEST_LOG_GATE], []), FLOAT64);
  const clamped = b.op('Max', [cast(logGates, FLOAT64), lowest]);
  const sums = b.op('CumSum', [clamped, b.constant(Tensor.int64([2], []))]);
  const high = cast(sums, FLOAT32);
  return { high, low: cast(b.op('Sub', [sums, cast(high, FLOAT64)]), FLOAT32) };
}

/** The last positions of [batch, heads, keys], as many as there are queries. */
function lastOf(b: GraphBuilder, values: Value, query: Value): Value {
  const count = b.op('Slice', [b.op('Shape', [query]), b.int64([2]), b.int64([3])]);
  return b.op('Slice', [values, b.op('Neg', [count]), b.int64([Number.MAX_SAFE_INTEGER]), b.int64([2])]);
}
