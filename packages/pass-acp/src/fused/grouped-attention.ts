import type { GraphBuilder, Value } from '@sentei/ir';
import { columnCount, keyColumns, type ProductPrecision, queryColumns } from './bias-columns.ts';
import type { FusedPlan } from './fused-plan.ts';

/** What fused attention is put together from, [batch, L, heads, …] in the precision of the product. */
export interface FusedOperands {
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
  /** Of the bias columns. */
  readonly parts: Value;
  /** [batch, L, 1, columns]: see `keyMask`. */
  readonly mask: Value | undefined;
  readonly heads: number;
  /** Of queries and keys. */
  readonly channels: number;
  readonly valueChannels: number;
  /** Channels of a head with its bias columns; queries, keys and values are brought to it. */
  readonly size: number;
  readonly scale: number;
  readonly precision: ProductPrecision;
}

/**
 * Emits causal attention on ONNX Runtime's fused kernels.
 *
 * @param window keys that a query may see, its own included; infinite for all
 * @returns [batch, L, heads, valueChannels]
 */
export function groupedAttention(
  b: GraphBuilder,
  operands: FusedOperands,
  plan: FusedPlan,
  window: number,
): Value {
  const { heads, size, valueChannels, scale, precision, parts, mask } = operands;
  const columns = columnCount(precision);
  const ofKeys = keyColumns(b, parts, mask, precision);
  const join = (left: Value, right: Value) => b.op('Concat', [left, right], { attributes: { axis: 3n } });
  const fill = (value: Value, missing: number) =>
    missing === 0 ? value : b.op('Pad', [value, b.int64([0, 0, 0, 0, 0, 0, 0, missing])]);
  const missing = size - columns - operands.channels;
  const query = fill(join(queryColumns(b, parts, precision), operands.query), missing);
  const key = fill(join(ofKeys, operands.key), missing);
  // What fills values up does not matter as long as it is finite, and the CUDA kernel of Pad takes many times that of Concat.
  const value =
    size - valueChannels === columns
      ? join(operands.value, ofKeys)
      : fill(operands.value, size - valueChannels);
  const rows = b.int64([0, 0, heads * size]);
  const flat = (operand: Value) => b.op('Reshape', [operand, rows]);
  const inputs = [flat(query), flat(key), flat(value), null, null, plan.lastPositions, plan.totalLength];
  const count = BigInt(heads);
  const [output] = b.ops('GroupQueryAttention', inputs, 3, {
    domain: 'com.microsoft',
    attributes: {
      num_heads: count,
      kv_num_heads: count,
      scale,
      local_window_size: Number.isFinite(window) ? BigInt(window) : -1n,
    },
  });
  const byHead = b.op('Reshape', [output as Value, b.int64([0, 0, heads, size])]);
  return b.op('Slice', [byHead, b.int64([0]), b.int64([valueChannels]), b.int64([3])]);
}

/** Heads that share a window. */
export interface HeadGroup {
  /** Ascending. */
  readonly heads: readonly number[];
  /** In keys; infinite for all. */
  readonly window: number;
}

/**
 * Emits attention of groups of heads, each with its window.
 *
 * @returns [batch, L, heads, valueChannels], heads in their order
 */
export function attentionByGroups(
  b: GraphBuilder,
  operands: FusedOperands,
  plan: FusedPlan,
  groups: readonly HeadGroup[],
): Value {
  const order = groups.flatMap(({ heads }) => heads);
  const divide = (value: Value) => divideHeads(b, value, groups);
  const [queries, keys] = [divide(operands.query), divide(operands.key)];
  const [values, parts] = [divide(operands.value), divide(operands.parts)];
  const outputs = groups.map(({ heads, window }, index) => {
    const pick = (divided: readonly Value[]) => divided[index] as Value;
    const picked = { query: pick(queries), key: pick(keys), value: pick(values), parts: pick(parts) };
    return groupedAttention(b, { ...operands, ...picked, heads: heads.length }, plan, window);
  });
  const [first] = outputs;
  const joined = groups.length === 1 && first ? first : b.op('Concat', outputs, { attributes: { axis: 2n } });
  const inverse = order.map((_, head) => order.indexOf(head));
  return isRun(inverse) ? joined : b.op('Gather', [joined, b.int64(inverse)], { attributes: { axis: 2n } });
}

/** Emits the heads of each group. */
function divideHeads(b: GraphBuilder, value: Value, groups: readonly HeadGroup[]): Value[] {
  if (groups.length === 1) return [value];
  if (isRun(groups.flatMap(({ heads }) => heads))) {
    const sizes = b.int64(groups.map(({ heads }) => heads.length));
    return b.ops('Split', [value, sizes], groups.length, { attributes: { axis: 2n } });
  }
  return groups.map(({ heads }) => b.op('Gather', [value, b.int64(heads)], { attributes: { axis: 2n } }));
}

function isRun(heads: readonly number[]): boolean {
  return heads.every((head, index) => head === (heads[0] ?? 0) + index);
}
