import { type GraphBuilder, Tensor, type Value } from '@sentei/ir';
import type { DecayingAttention } from '../matching/decaying-attention.ts';
import { arrange, type Operand } from '../matching/operand.ts';
import { type ForgettingPast, forgetKeys } from './forget-keys.ts';
import type { StateList } from './state-list.ts';

/** How one attention keeps its past. */
export interface StepOptions {
  /** Number of the attention, for the names of its states. */
  readonly index: number;
  /** Key heads by the state that holds them; each once. */
  readonly groups: readonly (readonly number[])[];
  /** Element type of cached keys and values. */
  readonly type: 'float32' | 'float16';
  /** Symbol or number of sequences. */
  readonly batch: string | number;
  /** float32 [new, new]: 0 on and below the diagonal, a very negative number above. */
  readonly causalBias: Value;
  /** When keys are left out; absent where they never are. */
  readonly forgetting?:
    | {
        readonly epsilon: number;
        readonly least: number;
        /** U, of |scale · query · key|. */
        readonly scoreBound: number;
        /** Largest |scale| · length of any query, where one follows from the weights. */
        readonly queryBound: number | undefined;
      }
    | undefined;
}

/** Covers the rounding of norms, sums and exponentials in float32. */
const ROUNDING_SLACK = 0.01;

/** Where no bound of scores is known, gates below this are as good as shut: exp(−10⁴) is 0 in float32 by far. */
const LOWEST_LOG_GATE = -1e4;

/** What is left of a score below the bound once a gate has weakened it by this is 0 in float32 too. */
const SHUT = 120;

/**
 * Emits attention of a chunk of new positions to themselves and to what states keep of the positions before:
 * softmax(scale · q · kᵀ + c[i] − c[j]) · v, in float32. c is counted from the last position of the past, so it stays small and
 * exact for sequences of any length.
 *
 * @returns the output, [batch, heads, new, value channels]
 */
export function attendStep(
  b: GraphBuilder,
  attention: DecayingAttention,
  states: StateList,
  options: StepOptions,
): Value {
  const { heads, keyHeads, decay } = attention;
  if (decay.kind !== 'gates') throw new TypeError(`a decay by ${decay.kind} has no running sums`);
  const share = heads / keyHeads;
  const keyOrder = options.groups.flat();
  const order = keyOrder.flatMap((head) => Array.from({ length: share }, (_, i) => head * share + i));
  const float32 = (value: Value, type: string) =>
    type === 'float32' ? value : b.op('Cast', [value], { attributes: { to: 1n } });
  const operand = (from: Operand, by: readonly number[]) => {
    const arranged = arrange(b, from, ['batch', 'head', 'position', 'channel']);
    return reorder(b, float32(arranged, attention.elementType), by);
  };
  const raw = operand(attention.query, order);
  const query = attention.scale === 1 ? raw : b.op('Mul', [raw, b.float32([attention.scale], [])]);
  const gates = reorder(b, arrange(b, decay.logGates, ['batch', 'head', 'position']), order);
  // A gate that shut for good would make c infinite, and differences of c no numbers.
  const { scoreBound } = attention;
  const lowest = scoreBound === undefined ? LOWEST_LOG_GATE : -2 * scoreBound - SHUT;
  const sums = b.op('CumSum', [
    b.op('Max', [gates, b.float32([lowest], [])]),
    b.constant(Tensor.int64([2], [])),
  ]);
  const last = slice(b, sums, -1, 2);
  const rows = b.op('Unsqueeze', [sums, b.int64([3])]);
  const own = b.op('Add', [b.op('Sub', [rows, b.op('Unsqueeze', [sums, b.int64([2])])]), options.causalBias]);
  const ownDecay = b.op('Sub', [sums, last]);
  const key = operand(attention.key, keyOrder);
  const value = operand(attention.value, keyOrder);
  const margin = marginOf(b, key, options, heads, share);

  const sizes = options.groups.map((group) => group.length);
  const split = (x: Value, by: number) =>
    splitHeads(
      b,
      x,
      sizes.map((size) => size * by),
    );
  const parts = {
    query: split(query, share),
    key: split(key, 1),
    value: split(value, 1),
    rows: split(rows, share),
    own: split(own, share),
    last: split(last, share),
    ownDecay: split(ownDecay, share),
    margin: margin && split(margin, share),
  };
  const outputs = sizes.map((size, index) => {
    const at = (values: readonly Value[]) => values[index] as Value;
    return attendGroup(
      b,
      {
        query: at(parts.query),
        key: at(parts.key),
        value: at(parts.value),
        rows: at(parts.rows),
        own: at(parts.own),
        last: at(parts.last),
        ownDecay: at(parts.ownDecay),
        margin: parts.margin && at(parts.margin),
      },
      states,
      { ...options, share, size, channels: attention.channels, valueChannels: attention.valueChannels },
      sizes.length === 1 ? `${options.index}` : `${options.index}_${index}`,
    );
  });
  const joined = outputs.length === 1 ? (outputs[0] as Value) : concat(b, outputs, 1);
  const inverse = order.map((_, head) => order.indexOf(head));
  const output = reorder(b, joined, inverse);
  const to = { float32: 1n, float16: 10n, bfloat16: 16n }[attention.elementType];
  return to === 1n ? output : b.op('Cast', [output], { attributes: { to } });
}

interface Group {
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
  /** c of the new positions, [batch, heads, new, 1]. */
  readonly rows: Value;
  /** Bias of new positions to each other, [batch, heads, new, new]. */
  readonly own: Value;
  /** c of the last new position, [batch, heads, 1]. */
  readonly last: Value;
  /** [batch, heads, new] */
  readonly ownDecay: Value;
  /** [batch, heads, new], where keys may be left out. */
  readonly margin: Value | undefined;
}

interface GroupOptions extends StepOptions {
  readonly share: number;
  readonly size: number;
  readonly channels: number;
  readonly valueChannels: number;
}

function attendGroup(
  b: GraphBuilder,
  group: Group,
  states: StateList,
  options: GroupOptions,
  name: string,
): Value {
  const { batch, size, share, type, forgetting } = options;
  const grows = { grows: forgetting ? name : 'length' };
  const heads = size * share;
  const keys = states.add(`key_${name}`, type, [batch, size, grows, options.channels]);
  const values = states.add(`value_${name}`, type, [batch, size, grows, options.valueChannels]);
  const decays = states.add(`decay_${name}`, 'float32', [batch, heads, grows]);
  const stored = (x: Value) => (type === 'float32' ? x : b.op('Cast', [x], { attributes: { to: 10n } }));
  const added = { key: stored(group.key), value: stored(group.value) };
  const last = b.op('Squeeze', [group.last, b.int64([2])]);
  let joined: { readonly key: Value; readonly value: Value };
  let decay = decays.past;
  if (forgetting === undefined || group.margin === undefined) {
    joined = { key: concat(b, [keys.past, added.key], 2), value: concat(b, [values.past, added.value], 2) };
  } else {
    const margins = states.add(`margin_${name}`, 'float32', [batch, heads, grows]);
    const leftOut = states.add(`left_out_${name}`, 'float32', [batch, heads]);
    const past: ForgettingPast = { decay, margin: margins.past, leftOut: leftOut.past };
    const kept = forgetKeys(b, { key: keys.past, value: values.past }, added, past, { ...forgetting, type });
    joined = kept;
    decay = kept.decay;
    margins.present(concat(b, [kept.margin, group.margin], 2));
    leftOut.present(b.op('Mul', [kept.leftOut, b.op('Exp', [last])]));
  }
  keys.present(joined.key);
  values.present(joined.value);
  decays.present(concat(b, [b.op('Sub', [decay, group.last]), group.ownDecay], 2));
  const bias = concat(b, [b.op('Sub', [group.rows, b.op('Unsqueeze', [decay, b.int64([2])])]), group.own], 3);
  const loaded = (x: Value) => (type === 'float32' ? x : b.op('Cast', [x], { attributes: { to: 1n } }));
  return weigh(b, group.query, loaded(joined.key), loaded(joined.value), bias, options);
}

/** softmax(query · keyᵀ + bias) · value, each key head for `share` heads of queries. */
function weigh(
  b: GraphBuilder,
  query: Value,
  key: Value,
  value: Value,
  bias: Value,
  { share, size }: GroupOptions,
): Value {
  const softmax = (scores: Value) => b.op('Softmax', [scores], { attributes: { axis: -1n } });
  const transposed = b.op('Transpose', [key], { attributes: { perm: [0n, 1n, 3n, 2n] } });
  if (share === 1) {
    return b.op('MatMul', [softmax(b.op('Add', [b.op('MatMul', [query, transposed]), bias])), value]);
  }
  const shape = b.op('Shape', [bias]);
  const extent = (axis: number) => b.op('Gather', [shape, b.int64([axis])], { attributes: { axis: 0n } });
  const spread = (x: Value, ...tail: Value[]) =>
    b.op('Reshape', [x, concat(b, [b.int64([0, size, share]), ...tail], 0)]);
  const one = b.int64([2]);
  const queries = spread(query, extent(2), b.int64([-1]));
  const biases = spread(bias, extent(2), extent(3));
  const scores = b.op('Add', [b.op('MatMul', [queries, b.op('Unsqueeze', [transposed, one])]), biases]);
  const output = b.op('MatMul', [softmax(scores), b.op('Unsqueeze', [value, one])]);
  return b.op('Reshape', [output, concat(b, [b.int64([0, size * share]), extent(2), b.int64([-1])], 0)]);
}

/** How far the score of each new key may exceed that of a later query's own key, [batch, heads, new]. */
function marginOf(
  b: GraphBuilder,
  key: Value,
  { forgetting }: StepOptions,
  heads: number,
  share: number,
): Value | undefined {
  if (forgetting === undefined) return undefined;
  const { scoreBound, queryBound } = forgetting;
  const squares = b.op('ReduceSum', [b.op('Mul', [key, key]), b.int64([3])], {
    attributes: { keepdims: 0n },
  });
  // Without a bound of queries alone, all keys count as the longest there may be.
  const [longest, rest] = queryBound === undefined ? [0, 2 * scoreBound] : [queryBound, scoreBound];
  const margins = b.op('Add', [
    b.op('Mul', [b.op('Sqrt', [squares]), b.float32([longest], [])]),
    b.float32([rest + ROUNDING_SLACK], []),
  ]);
  if (share === 1) return margins;
  const spread = b.op('Expand', [b.op('Unsqueeze', [margins, b.int64([2])]), b.int64([1, 1, share, 1])]);
  return b.op('Reshape', [spread, b.int64([0, heads, -1])]);
}

function reorder(b: GraphBuilder, value: Value, order: readonly number[]): Value {
  if (order.every((head, index) => head === index)) return value;
  return b.op('Gather', [value, b.int64(order)], { attributes: { axis: 1n } });
}

function splitHeads(b: GraphBuilder, value: Value, sizes: readonly number[]): readonly Value[] {
  if (sizes.length === 1) return [value];
  return b.ops('Split', [value, b.int64(sizes)], sizes.length, { attributes: { axis: 1n } });
}

function concat(b: GraphBuilder, values: readonly Value[], axis: number): Value {
  return b.op('Concat', values, { attributes: { axis: BigInt(axis) } });
}

/** From `start` to the end of an axis. */
function slice(b: GraphBuilder, value: Value, start: number, axis: number): Value {
  return b.op('Slice', [value, b.int64([start]), b.int64([Number.MAX_SAFE_INTEGER]), b.int64([axis])]);
}
