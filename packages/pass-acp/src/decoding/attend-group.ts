import { type GraphBuilder, tensorType, type Value } from '@sentei/ir';
import type { StepOptions } from './attend-step.ts';
import { type ForgettingPast, forgetKeys, forgetRows } from './forget-keys.ts';
import type { StateList } from './state-list.ts';

/** What the new positions bring to heads that share a state. */
export interface GroupOperands {
  /** float32 [batch, heads, new, channels], scaled. */
  readonly query: Value;
  /** float32 [batch, key heads, new, channels] */
  readonly key: Value;
  /** float32 [batch, key heads, new, value channels] */
  readonly value: Value;
  /** c of the new positions, counted from the last of the past, [batch, heads, new, 1]. */
  readonly rows: Value;
  /** Bias of new positions to each other, [batch, heads, new, new]. */
  readonly own: Value;
  /** c of the last new position, [batch, heads, 1]. */
  readonly last: Value;
  /** c of the new positions minus that of the last, [batch, heads, new]. */
  readonly ownDecay: Value;
  /** See `ForgettingPast`, [batch, heads, new]; where keys may be left out. */
  readonly margin: Value | undefined;
}

export interface GroupOptions extends StepOptions {
  /** Heads of queries for each head of keys. */
  readonly share: number;
  /** Heads of keys. */
  readonly size: number;
  readonly channels: number;
  readonly valueChannels: number;
}

/** Emits attention of heads that share a state, and the states. Returns the output, [batch, heads, new, value channels]. */
export function attendGroup(
  b: GraphBuilder,
  group: GroupOperands,
  states: StateList,
  options: GroupOptions,
  name: string,
): Value {
  const { batch, size, share, type, forgetting, returns } = options;
  const grows = { grows: forgetting ? name : 'length' };
  const heads = size * share;
  const keys = states.add(`key_${name}`, type, [batch, size, grows, options.channels]);
  const values = states.add(`value_${name}`, type, [batch, size, grows, options.valueChannels]);
  const decays = states.add(`decay_${name}`, 'float32', [batch, heads, grows]);
  const stored = (x: Value) => (type === 'float32' ? x : b.op('Cast', [x], { attributes: { to: 10n } }));
  const loaded = (x: Value) => (type === 'float32' ? x : b.op('Cast', [x], { attributes: { to: 1n } }));
  const added = { key: stored(group.key), value: stored(group.value) };
  const last = b.op('Squeeze', [group.last, b.int64([2])]);
  const isWhole = returns === 'whole';
  // Of the past as attention sees it, and as it is handed on.
  let [seen, kept] = [decays.past, decays.past];
  let joined = { key: keys.past, value: values.past };
  let drop: Value | undefined;
  let handOnBound = (): void => {};
  if (forgetting !== undefined && group.margin !== undefined) {
    const { margin: own } = group;
    const margins = states.add(`margin_${name}`, 'float32', [batch, heads, grows]);
    const leftOut = states.add(`left_out_${name}`, 'float32', [batch, heads]);
    const past = { decay: decays.past, margin: margins.past, leftOut: leftOut.past };
    let bound: ForgettingPast;
    if (isWhole) {
      const rest = forgetKeys(b, joined, added, past, { ...forgetting, type });
      [joined, seen, bound] = [rest, rest.decay, rest];
    } else {
      const rest = forgetRows(b, past, forgetting.epsilon);
      [drop, bound] = [rest.count, rest];
      states.output(drop, `drop_${name}`, tensorType('int64', [1]));
    }
    kept = bound.decay;
    handOnBound = () => {
      margins.present(concat(b, [bound.margin, own], 2));
      leftOut.present(b.op('Mul', [bound.leftOut, b.op('Exp', [last])]));
    };
  } else if (isWhole) {
    joined = { key: concat(b, [keys.past, added.key], 2), value: concat(b, [values.past, added.value], 2) };
  }
  if (isWhole) keys.present(joined.key);
  else keys.append(added.key, drop);
  if (isWhole) values.present(joined.value);
  else values.append(added.value, drop);
  decays.present(concat(b, [b.op('Sub', [kept, group.last]), group.ownDecay], 2));
  handOnBound();

  const ofPast = b.op('Sub', [group.rows, b.op('Unsqueeze', [seen, b.int64([2])])]);
  if (isWhole) {
    const bias = concat(b, [ofPast, group.own], 3);
    const scores = b.op('Add', [multiplyKeys(b, group.query, loaded(joined.key), options), bias]);
    return multiplyShared(b, softmax(b, scores), loaded(joined.value), options);
  }
  // Past and new keys stay apart, since putting them together would copy the past.
  const scores = concat(
    b,
    [
      b.op('Add', [multiplyKeys(b, group.query, loaded(keys.past), options), ofPast]),
      b.op('Add', [multiplyKeys(b, group.query, group.key, options), group.own]),
    ],
    3,
  );
  const weights = softmax(b, scores);
  const border = b.op('Neg', [options.count]);
  const part = (start: Value, end: Value) => b.op('Slice', [weights, start, end, b.int64([3])]);
  return b.op('Add', [
    multiplyShared(b, part(b.int64([0]), border), loaded(values.past), options),
    multiplyShared(b, part(border, b.int64([Number.MAX_SAFE_INTEGER])), group.value, options),
  ]);
}

function softmax(b: GraphBuilder, scores: Value): Value {
  return b.op('Softmax', [scores], { attributes: { axis: -1n } });
}

/** [batch, heads, new, channels] by [batch, key heads, keys, channels]: [batch, heads, new, keys]. */
function multiplyKeys(b: GraphBuilder, query: Value, key: Value, options: GroupOptions): Value {
  const transposed = b.op('Transpose', [key], { attributes: { perm: [0n, 1n, 3n, 2n] } });
  return multiplyShared(b, query, transposed, options);
}

/** A product of [batch, heads, …] and [batch, key heads, …]: the rows of heads that share a key head are put under each other. */
function multiplyShared(
  b: GraphBuilder,
  left: Value,
  right: Value,
  { share, size, count }: GroupOptions,
): Value {
  if (share === 1) return b.op('MatMul', [left, right]);
  const inner = b.op('Shape', [right]);
  const extent = (axis: number) => b.op('Gather', [inner, b.int64([axis])], { attributes: { axis: 0n } });
  const under = b.op('Mul', [count, b.int64([share])]);
  const product = b.op('MatMul', [
    b.op('Reshape', [left, concat(b, [extent(0), b.int64([size]), under, extent(2)], 0)]),
    right,
  ]);
  const shape = concat(b, [extent(0), b.int64([size * share]), count, extent(3)], 0);
  return b.op('Reshape', [product, shape]);
}

/** Concat along an axis. */
export function concat(b: GraphBuilder, values: readonly Value[], axis: number): Value {
  return b.op('Concat', values, { attributes: { axis: BigInt(axis) } });
}
