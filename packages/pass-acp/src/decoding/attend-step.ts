import { type GraphBuilder, Tensor, type Value } from '@sentei/ir';
import type { Decay, DecayingAttention } from '../matching/decaying-attention.ts';
import { arrange, type Operand } from '../matching/operand.ts';
import { attendGroup, concat, type GroupOperands } from './attend-group.ts';
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
  /** Whether states of keys and values are returned whole, or only the rows that are new. */
  readonly returns: 'whole' | 'rows';
  /** int64 [1]: how many positions are new. */
  readonly count: Value;
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
  const gates = logGates(b, decay, raw, order);
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
    const operands: GroupOperands = {
      query: at(parts.query),
      key: at(parts.key),
      value: at(parts.value),
      rows: at(parts.rows),
      own: at(parts.own),
      last: at(parts.last),
      ownDecay: at(parts.ownDecay),
      margin: parts.margin && at(parts.margin),
    };
    return attendGroup(
      b,
      operands,
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

/** Log forget gates of the new positions, [batch, heads, new]; those of a slope are the same everywhere. */
function logGates(b: GraphBuilder, decay: Decay, query: Value, order: readonly number[]): Value {
  if (decay.kind === 'gates') {
    const gates = arrange(b, decay.logGates, ['batch', 'head', 'position']);
    return reorder(b, gates, order);
  }
  if (decay.kind !== 'slopes') throw new TypeError(`a decay by ${decay.kind} has no gates`);
  const slopes = b.float32(
    order.map((head) => -(decay.slopes[head] ?? 0)),
    [1, order.length, 1],
  );
  const shape = b.op('Slice', [b.op('Shape', [query]), b.int64([0]), b.int64([3])]);
  return b.op('Expand', [slopes, shape]);
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

/** From `start` to the end of an axis. */
function slice(b: GraphBuilder, value: Value, start: number, axis: number): Value {
  return b.op('Slice', [value, b.int64([start]), b.int64([Number.MAX_SAFE_INTEGER]), b.int64([axis])]);
}
