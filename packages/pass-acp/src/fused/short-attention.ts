import { type GraphBuilder, Tensor, type Value } from '@sentei/ir';
import type { DecayingAttention, GateDecay } from '../matching/decaying-attention.ts';
import { arrange } from '../matching/operand.ts';
import { type FusedPlan, MASKED } from './fused-plan.ts';
import { lowestGate } from './lowest-gate.ts';

/**
 * Emits attention in float32 standard operators, all scores at once: on a GPU the time of short inputs is that of the nodes,
 * and this form has the fewest.
 *
 * @returns float32 [batch, L, heads, valueChannels]
 */
export function shortAttention(
  b: GraphBuilder,
  attention: DecayingAttention & { readonly decay: GateDecay; readonly operandType?: 'float16' },
  shared: {
    readonly plan: FusedPlan;
    readonly padding: Value | undefined;
    /** Repeats keys or values for the query heads that share them, along an axis. */
    readonly repeat: (b: GraphBuilder, value: Value, axis: number) => Value;
    readonly opset: number;
  },
): Value {
  const { scale, decay, elementType, operandType = elementType, scoreBound } = attention;
  const { plan, padding, repeat, opset } = shared;
  const wide = (value: Value) =>
    operandType === 'float32' ? value : b.op('Cast', [value], { attributes: { to: 1n } });
  const query = wide(arrange(b, attention.query, ['batch', 'head', 'position', 'channel']));
  const key = wide(arrange(b, attention.key, ['batch', 'head', 'channel', 'position']));
  const value = wide(arrange(b, attention.value, ['batch', 'head', 'position', 'channel']));
  const logGates = arrange(b, decay.logGates, ['batch', 'head', 'position']);
  const { length } = plan;
  const limits = { scoreBound, scale, query, key, keyAxis: 2, length, opset } as const;
  const finite = b.op('Max', [logGates, lowestGate(b, limits)]);
  const sums = b.op('CumSum', [finite, b.constant(Tensor.int64([2], []))]);
  const bias = b.op('Sub', [
    b.op('Unsqueeze', [sums, b.int64([3])]),
    b.op('Unsqueeze', [sums, b.int64([2])]),
  ]);
  const product = b.op('MatMul', [query, repeat(b, key, 1)]);
  const scaled = scale === 1 ? product : b.op('Mul', [product, b.float32([scale], [])]);
  const causal = b.op('Add', [b.op('Add', [scaled, bias]), plan.causalBias]);
  const scores = padding === undefined ? causal : b.op('Add', [causal, paddingBias(b, padding)]);
  const weights = b.op('Softmax', [scores], { attributes: { axis: -1n } });
  const output = b.op('MatMul', [weights, repeat(b, value, 1)]);
  return b.op('Transpose', [output], { attributes: { perm: [0n, 2n, 1n, 3n] } });
}

function paddingBias(b: GraphBuilder, padding: Value): Value {
  const bias = b.op('Where', [padding, b.float32([0], []), b.float32([MASKED], [])]);
  return b.op('Unsqueeze', [bias, b.int64([1, 2])]);
}
