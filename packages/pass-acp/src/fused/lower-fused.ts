import type { Norm } from '@sentei/anatomy';
import { type GraphBuilder, Tensor, tensorType, type Value } from '@sentei/ir';
import type { DecayingAttention, GateDecay } from '../matching/decaying-attention.ts';
import { arrange, type Operand } from '../matching/operand.ts';
import { withRunningSums } from '../matching/running-sums.ts';
import { biasParts, columnCount, elementNumber, keyMask, type ProductPrecision } from './bias-columns.ts';
import type { FusedPlan } from './fused-plan.ts';
import {
  attentionByGroups,
  type FusedOperands,
  groupedAttention,
  type HeadGroup,
} from './grouped-attention.ts';
import { lowestGate } from './lowest-gate.ts';
import { NarrowInputs } from './narrow-inputs.ts';
import type { WindowPlan } from './plan-windows.ts';
import { runningSums } from './running-sums.ts';
import { runtimeThreshold } from './runtime-threshold.ts';
import { shortAttention } from './short-attention.ts';
import { safeChoices } from './window-guard.ts';

export interface FusedOptions {
  readonly precision: ProductPrecision;
  /** Largest share of a row's attention that windows may leave out. */
  readonly epsilon: number;
  /** Which windows to try; absent for dense attention. */
  readonly windows: WindowPlan | undefined;
  readonly opset: number;
  /** Norms of the graph, by their output: where queries, keys and values are computed in float16 from the projections on. */
  readonly norms?: ReadonlyMap<Value, Norm>;
}

/** Attention whose decay is written as gates. */
type GatedAttention = DecayingAttention & {
  readonly decay: GateDecay;
  /** Element type of queries, keys and values, where it is not that of the model. */
  readonly operandType?: 'float16';
};

/** Multiples of eight, as kernels want heads. */
const HEAD_STEP = 8;

/** The largest head that the flash kernels of ONNX Runtime take. */
const LARGEST_HEAD = 256;

/** ONNX numbers of element types. */
const ELEMENT_NUMBERS = { float32: 1n, float16: 10n, bfloat16: 16n } as const;

/** Channels of a head with its bias columns; values are padded to it. */
export function fusedHeadSize({ channels, valueChannels }: DecayingAttention, precision: ProductPrecision) {
  const size = Math.max(columnCount(precision) + channels, valueChannels);
  return Math.ceil(size / HEAD_STEP) * HEAD_STEP;
}

/** Why attention cannot go onto fused kernels, or `undefined`. */
export function refuseFused(attention: DecayingAttention, precision: ProductPrecision): string | undefined {
  const { decay, scale, hasPast, query, key, value } = attention;
  if (decay.kind === 'relative') return 'a bias of a table is not lowered onto fused attention';
  if (hasPast) return 'keys from a cache are not lowered onto fused attention';
  if (!(scale > 0)) return `scores scaled by ${scale}: fused attention needs a positive factor`;
  const operands = [query, key, value, ...(decay.kind === 'gates' ? [decay.logGates] : [])];
  if (operands.some(({ axes }) => !axes.includes('batch') || !axes.includes('position')))
    return 'queries, keys, values and gates do not all have a batch and a sequence';
  const size = fusedHeadSize(attention, precision);
  if (size > LARGEST_HEAD)
    return `heads of ${size} channels with the bias: fused kernels take up to ${LARGEST_HEAD}`;
  return undefined;
}

/**
 * Emits forgetting attention on `com.microsoft.GroupQueryAttention`, with the forget bias in extra channels of queries and
 * keys. Short inputs are computed in standard operators; for long ones the run's own gates choose the narrowest windows that
 * are safe, or none.
 *
 * @returns [batch, L, heads, valueChannels] of the model's element type
 */
export function lowerToFused(
  b: GraphBuilder,
  decaying: DecayingAttention,
  plan: FusedPlan,
  options: FusedOptions,
): Value {
  const attention = narrowInputs(b, withRunningSums(b, decaying), options);
  const { heads, valueChannels, elementType } = attention;
  const padding = attention.padding?.(b);
  // Out here, so that layers with the same plan share it.
  const isLong = options.windows && reaches(b, plan, options.windows.from);
  const type = tensorType(elementType, [null, null, heads, valueChannels]);
  const narrowed = (body: GraphBuilder, value: Value) =>
    elementType === 'float32'
      ? value
      : body.op('Cast', [value], { attributes: { to: ELEMENT_NUMBERS[elementType] } });
  const branch = (name: string, build: (body: GraphBuilder) => Value) =>
    b.subgraph(name, [], (body) => [{ value: build(body), type }]);
  const short = (body: GraphBuilder) =>
    shortAttention(body, attention, {
      plan,
      padding,
      repeat: repeatHeads(attention),
      opset: options.opset,
    });
  const output = b.op('If', [plan.isShort], {
    attributes: {
      then_branch: branch('short', (body) => narrowed(body, short(body))),
      else_branch: branch('fused', (body) => fused(body, attention, { plan, padding, isLong }, options)),
    },
    types: [type],
    name: 'forgetting_attention',
  });
  if (padding === undefined) return output;
  // A row without a key to see is undefined; it gets zeros.
  const seen = b.op('CumSum', [
    b.op('Cast', [padding], { attributes: { to: 1n } }),
    b.constant(Tensor.int64([1], [])),
  ]);
  const isDefined = b.op('Unsqueeze', [b.op('Greater', [seen, b.float32([0], [])]), b.int64([2, 3])]);
  const zero = b.constant(Tensor.floats([0], [], elementType));
  return b.op('Where', [isDefined, output, zero], { types: [type] });
}

function reaches(b: GraphBuilder, { length }: FusedPlan, from: number): Value {
  const isLong = b.op('GreaterOrEqual', [length, b.int64([from])]);
  return b.op('Squeeze', [isLong, b.int64([0])], { types: [tensorType('bool', [])] });
}

/** Attention whose queries, keys and values are computed in the element type of the products. */
function narrowInputs(
  b: GraphBuilder,
  attention: GatedAttention,
  { precision, norms }: FusedOptions,
): GatedAttention {
  const { query, key, value, elementType } = attention;
  const isWide = [query, key, value].every((operand) => operand.elementType === undefined);
  if (norms === undefined || precision !== 'float16' || elementType !== 'float32' || !isWide)
    return attention;
  const inputs = new NarrowInputs(b, [query.value, key.value, value.value], norms);
  const narrowed = (operand: Operand) => ({ ...operand, value: inputs.narrow(operand.value) });
  return {
    ...attention,
    query: narrowed(query),
    key: narrowed(key),
    value: narrowed(value),
    operandType: 'float16',
  };
}

/** Keys and values of grouped queries, once for each query head. */
function repeatHeads({ heads, keyHeads }: DecayingAttention) {
  const sources = Array.from({ length: heads }, (_, head) => Math.floor((head * keyHeads) / heads));
  return (b: GraphBuilder, value: Value, axis: number): Value =>
    heads === keyHeads
      ? value
      : b.op('Gather', [value, b.int64(sources)], { attributes: { axis: BigInt(axis) } });
}

function fused(
  b: GraphBuilder,
  attention: GatedAttention,
  shared: {
    readonly plan: FusedPlan;
    readonly padding: Value | undefined;
    /** Scalar bool: whether windows are tried; absent where there are none. */
    readonly isLong: Value | undefined;
  },
  options: FusedOptions,
): Value {
  const { heads, valueChannels, scale, decay, elementType, operandType = elementType } = attention;
  const { plan, padding, isLong } = shared;
  const { precision } = options;
  const repeat = repeatHeads(attention);
  const cast = (value: Value) =>
    operandType === precision
      ? value
      : b.op('Cast', [value], { attributes: { to: elementNumber(precision) } });
  const byRow = ['batch', 'position', 'head', 'channel'] as const;
  const query = arrange(b, attention.query, byRow);
  const key = repeat(b, arrange(b, attention.key, byRow), 2);
  const value = repeat(b, arrange(b, attention.value, byRow), 2);
  const logGates = arrange(b, decay.logGates, ['batch', 'position', 'head']);
  const { scoreBound } = attention;
  const { length } = plan;
  const limits = { scoreBound, scale, query, key, keyAxis: 3, length, opset: options.opset } as const;
  const { sums, before } = runningSums(b, logGates, plan.pads, heads, lowestGate(b, limits));
  const operands: FusedOperands = {
    query: cast(query),
    key: cast(key),
    value: cast(value),
    parts: biasParts(b, sums, plan.length, scale, precision),
    mask: padding && keyMask(b, padding, precision),
    heads,
    channels: attention.channels,
    valueChannels,
    size: fusedHeadSize(attention, precision),
    scale,
    precision,
  };
  const dense = (body: GraphBuilder) => groupedAttention(body, operands, plan, Number.POSITIVE_INFINITY);
  const { windows } = options;
  const rows =
    windows === undefined || isLong === undefined
      ? dense(b)
      : windowed(b, operands, plan, { windows, isLong, dense }, (body) => {
          const threshold = runtimeThreshold(body, attention, plan, { query, key }, options);
          const guard = { plan, before, threshold, padding, opset: options.opset };
          return safeChoices(
            body,
            guard,
            windows.choices.map((groups) => windowsByHead(groups, heads)),
          );
        });
  return elementType === precision
    ? rows
    : b.op('Cast', [rows], { attributes: { to: ELEMENT_NUMBERS[elementType] } });
}

/** Emits the first choice of windows that is safe for the input; dense attention if none is, or the input is not long. */
function windowed(
  b: GraphBuilder,
  operands: FusedOperands,
  plan: FusedPlan,
  options: {
    readonly windows: WindowPlan;
    readonly isLong: Value;
    readonly dense: (b: GraphBuilder) => Value;
  },
  guard: (b: GraphBuilder) => readonly Value[],
): Value {
  const { windows, isLong, dense } = options;
  const type = tensorType(operands.precision, [null, null, operands.heads, operands.valueChannels]);
  const choose = (
    body: GraphBuilder,
    condition: Value,
    name: string,
    yes: (b: GraphBuilder) => Value,
    no: (b: GraphBuilder) => Value,
  ) =>
    body.op('If', [condition], {
      attributes: {
        then_branch: body.subgraph(name, [], (inner) => [{ value: yes(inner), type }]),
        else_branch: body.subgraph('otherwise', [], (inner) => [{ value: no(inner), type }]),
      },
      types: [type],
    });
  const tryFrom = (body: GraphBuilder, safe: readonly Value[], index: number): Value => {
    const [condition, groups] = [safe[index], windows.choices[index]];
    if (condition === undefined || groups === undefined) return dense(body);
    return choose(
      body,
      condition,
      `windows_${index}`,
      (inner) => attentionByGroups(inner, operands, plan, groups),
      (inner) => tryFrom(inner, safe, index + 1),
    );
  };
  return choose(b, isLong, 'long', (body) => tryFrom(body, guard(body), 0), dense);
}

function windowsByHead(groups: readonly HeadGroup[], heads: number): number[] {
  const windows = Array<number>(heads).fill(Number.POSITIVE_INFINITY);
  for (const { heads: members, window } of groups) for (const head of members) windows[head] = window;
  return windows;
}
