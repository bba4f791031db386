import { DATA_TYPES, type GraphBuilder, Tensor, type Value } from '@sentei/ir';
import type { DecayingAttention, GateDecay, SlopeDecay } from './decaying-attention.ts';
import { arrange } from './operand.ts';

const [BOOL, FLOAT32] = [BigInt(DATA_TYPES.bool), BigInt(DATA_TYPES.float32)];

/**
 * The same attention with slopes written as gates that are the same everywhere: each position's log gate is −slope, so that
 * c[j] = −slope · j and c[i] − c[j] = −slope · (i − j). Whatever serves gates then serves ALiBi. Attention with gates is
 * handed back as it is; nothing is emitted for it.
 */
export function withRunningSums(
  b: GraphBuilder,
  attention: DecayingAttention,
): DecayingAttention & { readonly decay: GateDecay } {
  const { decay } = attention;
  if (decay.kind === 'gates') return { ...attention, decay };
  if (decay.kind === 'relative') throw new TypeError('a bias of a table has no running sums');
  return { ...attention, decay: gatesOf(b, attention, decay) };
}

function gatesOf(b: GraphBuilder, attention: DecayingAttention, { slopes, counted }: SlopeDecay): GateDecay {
  const axes = ['batch', 'head', 'position'] as const;
  const falls = b.float32(
    slopes.map((slope) => (slope === 0 ? 0 : -slope)),
    [slopes.length, 1],
  );
  const sum = (gates: Value) => b.op('CumSum', [gates, b.constant(Tensor.int64([2], []))]);
  if (counted !== undefined) {
    const cast = (value: Value, to: bigint) => b.op('Cast', [value], { attributes: { to } });
    const ones = cast(cast(counted, BOOL), FLOAT32);
    const logGates = b.op('Mul', [b.op('Unsqueeze', [ones, b.int64([1])]), falls]);
    return { kind: 'gates', cumulative: { value: sum(logGates), axes }, logGates: { value: logGates, axes } };
  }
  const shape = b.op('Shape', [arrange(b, attention.key, ['batch', 'head', 'position', 'channel'])]);
  const extent = (axis: number) => b.op('Gather', [shape, b.int64([axis])], { attributes: { axis: 0n } });
  const [batch, length] = [extent(0), extent(2)];
  const scalar = (x: number) => b.constant(Tensor.int64([x], []));
  const positions = b.op('Range', [scalar(0), b.op('Squeeze', [length, b.int64([0])]), scalar(1)]);
  // A product, not a running sum in float32: that would round at every step.
  const sums = b.op('Mul', [falls, b.op('Cast', [positions], { attributes: { to: FLOAT32 } })]);
  const whole = b.op('Concat', [batch, b.int64([slopes.length]), length], { attributes: { axis: 0n } });
  const spread = (value: Value) => b.op('Expand', [value, whole]);
  return {
    kind: 'gates',
    cumulative: { value: spread(sums), axes },
    logGates: { value: spread(falls), axes },
  };
}
