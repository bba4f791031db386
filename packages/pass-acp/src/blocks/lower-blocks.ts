import { type GraphBuilder, Tensor, tensorType, type Value } from '@sentei/ir';
import type { DecayingAttention } from '../matching/decaying-attention.ts';
import { withRunningSums } from '../matching/running-sums.ts';
import { LARGEST_SCORE_BOUND } from '../threshold/threshold.ts';
import { augmentOperands, type Operands, SHIFT_CHANNEL } from './augment-operands.ts';
import { type ChosenBlocks, chooseKeys, type KeyChoice } from './choose-keys.ts';
import { largestOf } from './largest-of.ts';
import { type BlockPlan, MASKED } from './plan-blocks.ts';
import { type RelativeBias, relativeBias, slabOf, squareBias } from './relative-bias.ts';
import { scanBlocks } from './scan-blocks.ts';

/** How the attention at hand is lowered. */
interface Lowering extends KeyChoice {
  readonly plan: BlockPlan;
  readonly hasPast: boolean;
  /** A bias beside the product of queries and keys, where running sums do not hold it. */
  readonly relative: RelativeBias | undefined;
  /** Whether exponentials need no shift: scores are small for every input, and every row sees its own key. */
  readonly isBounded: boolean;
}

/**
 * Emits forgetting attention that computes no tile above the diagonal and none that is provably negligible, in standard
 * operators. Short sequences are one block, computed densely. Otherwise the diagonal blocks of all heads are computed in one
 * product, what they come to decides which earlier keys matter, and a Scan over (batch, head, query block) adds those. Where
 * the weights bound the scores, exponentials need no shift by the row's maximum and partial sums over keys just add up.
 *
 * @param plan over the queries
 * @returns the output, [batch, heads, queries, value channels], of the attention's element type; rows without any key to see
 *   are 0
 */
export function lowerToBlocks(
  b: GraphBuilder,
  attention: DecayingAttention,
  plan: BlockPlan,
  choice: KeyChoice,
): Value {
  const padding = attention.padding?.(b);
  const operands = augmentOperands(b, withoutTable(b, attention), padding);
  const { hasPast, decay, scoreBound, elementType, valueChannels } = attention;
  const relative =
    decay.kind === 'relative' ? relativeBias(b, decay, positionsOf(b, operands.key)) : undefined;
  const isSmall = (scoreBound ?? Number.POSITIVE_INFINITY) <= LARGEST_SCORE_BOUND;
  const isBounded = padding === undefined && relative === undefined && isSmall;
  const lowering: Lowering = { ...choice, plan, hasPast, relative, isBounded };
  const type = tensorType('float32', [null, null, null, valueChannels]);
  const branch = (name: string, build: (body: GraphBuilder) => Value) =>
    b.subgraph(name, [], (body) => [{ value: build(body), type }]);
  const output = b.op('If', [plan.several], {
    attributes: {
      then_branch: branch('blocks', (body) => blockwise(body, operands, lowering)),
      else_branch: branch('whole', (body) => dense(body, operands, lowering)),
    },
    types: [type],
    name: 'forgetting_attention',
  });
  const defined = padding === undefined ? output : withoutEmptyRows(b, output, padding, type);
  if (elementType === 'float32') return defined;
  return b.op('Cast', [defined], {
    attributes: { to: elementType === 'float16' ? 10n : 16n },
    types: [tensorType(elementType, [null, null, null, valueChannels])],
  });
}

/** Attention whose running sums hold the bias, or nothing where a table does. */
function withoutTable(b: GraphBuilder, attention: DecayingAttention) {
  const { decay } = attention;
  if (decay.kind !== 'relative') return withRunningSums(b, attention);
  return withRunningSums(b, { ...attention, decay: { kind: 'slopes', slopes: decay.samples.map(() => 0) } });
}

/** Number of positions of an operand [batch, heads, positions, channels], int64 [1]. */
function positionsOf(b: GraphBuilder, operand: Value): Value {
  return b.op('Slice', [b.op('Shape', [operand]), b.int64([2]), b.int64([3])]);
}

/** Rows without any key to see have no softmax: zeros instead. */
function withoutEmptyRows(
  b: GraphBuilder,
  output: Value,
  padding: Value,
  type: ReturnType<typeof tensorType>,
): Value {
  const counts = b.op('CumSum', [
    b.op('Cast', [padding], { attributes: { to: 7n } }),
    b.constant(Tensor.int64([1], [])),
  ]);
  const queries = b.op('Slice', [b.op('Shape', [output]), b.int64([2]), b.int64([3])]);
  const atQueries = b.op('Slice', [
    counts,
    b.op('Neg', [queries]),
    b.int64([Number.MAX_SAFE_INTEGER]),
    b.int64([1]),
  ]);
  const isEmpty = b.op('Equal', [atQueries, b.constant(Tensor.int64([0], []))]);
  return b.op('Where', [b.op('Unsqueeze', [isEmpty, b.int64([1, 3])]), b.float32([0], []), output], {
    types: [type],
  });
}

function dense(b: GraphBuilder, operands: Operands, { plan, hasPast, relative }: Lowering): Value {
  const { query, key, value } = operands;
  const keys = b.op('Transpose', [key], { attributes: { perm: [0n, 1n, 3n, 2n] } });
  const causal = () => (hasPast ? lastRowsOfCausalBias(b, query, key) : plan.causalBias);
  const bias = relative === undefined ? causal() : squareBias(b, relative, plan.length, relative.keys);
  const scores = b.op('Add', [b.op('MatMul', [query, keys]), bias]);
  return b.op('MatMul', [b.op('Softmax', [scores], { attributes: { axis: -1n } }), value]);
}

/** [queries, keys]: the queries are the last positions. */
function lastRowsOfCausalBias(b: GraphBuilder, query: Value, key: Value): Value {
  const integer = (x: number) => b.constant(Tensor.int64([x], []));
  const extent = (x: Value) => b.op('Gather', [b.op('Shape', [x]), integer(2)], { attributes: { axis: 0n } });
  const [queries, keys] = [extent(query), extent(key)];
  const range = (from: Value) => b.op('Range', [from, keys, integer(1)]);
  const rows = b.op('Unsqueeze', [range(b.op('Sub', [keys, queries])), b.int64([1])]);
  const isVisible = b.op('GreaterOrEqual', [rows, range(integer(0))]);
  return b.op('Where', [isVisible, b.float32([0], []), b.float32([MASKED], [])]);
}

function blockwise(b: GraphBuilder, operands: Operands, lowering: Lowering): Value {
  const { width, valueChannels } = operands;
  const { plan, hasPast } = lowering;
  const shape = b.op('Shape', [operands.query]);
  const dimension = (of: Value, index: number) =>
    b.op('Gather', [of, b.int64([index])], { attributes: { axis: 0n } });
  const [batch, heads] = [dimension(shape, 0), dimension(shape, 1)];
  const groups = b.op('Mul', [batch, heads]);
  const vector = (...parts: Value[]) => b.op('Concat', parts, { attributes: { axis: 0n } });
  const reshape = (value: Value, ...parts: Value[]) => b.op('Reshape', [value, vector(...parts)]);
  const size = (channels: number) => b.int64([channels]);
  const end = b.int64([Number.MAX_SAFE_INTEGER]);

  // With a cache even the first block has keys before it, or none at all: then one that nobody sees keeps it from being empty.
  const past = b.op('Sub', [dimension(b.op('Shape', [operands.key]), 2), plan.length]);
  const before = hasPast ? 1 : 0;
  const origin = hasPast ? b.op('Add', [past, b.int64([before])]) : b.int64([0]);
  const span = hasPast ? b.op('Add', [origin, plan.paddedLength]) : plan.paddedLength;
  const filled = (value: Value, channels: number, isKey: boolean) => {
    const zeros = b.op('ConstantOfShape', [vector(batch, heads, plan.padding, size(channels))], {
      attributes: { value: Tensor.floats([0]) },
    });
    const unseen = isKey && hasPast ? [unseenRow(b, batch, heads, channels, channels === width)] : [];
    return b.op('Concat', [...unseen, value, zeros], { attributes: { axis: 2n } });
  };
  const query = filled(operands.query, width, false);
  const key = filled(operands.key, width, true);
  const value = filled(operands.value, valueChannels, true);

  // The diagonal: the only blocks that need the causal mask, all in one product.
  const asBlocks = (x: Value, channels: number) =>
    reshape(x, b.op('Mul', [groups, plan.count]), plan.rows, size(channels));
  const ofQueries = (x: Value) => (hasPast ? b.op('Slice', [x, origin, end, b.int64([2])]) : x);
  const queryBlocks = asBlocks(query, width);
  const keyBlocks = b.op('Transpose', [asBlocks(ofQueries(key), width)], {
    attributes: { perm: [0n, 2n, 1n] },
  });
  const products = b.op('MatMul', [queryBlocks, keyBlocks]);
  const { relative } = lowering;
  const scores =
    relative === undefined
      ? b.op('Add', [products, plan.causalBias])
      : reshape(
          b.op('Add', [
            reshape(products, batch, heads, plan.count, plan.rows, plan.rows),
            b.op('Unsqueeze', [squareBias(b, relative, plan.rows, plan.rows), b.int64([1])]),
          ]),
          b.int64([-1]),
          plan.rows,
          plan.rows,
        );
  const shift = lowering.isBounded ? undefined : largestSeen(b, scores, lowering.opset);
  const weights = b.op('Exp', [shift === undefined ? scores : b.op('Sub', [scores, shift])]);
  const numerator = b.op('MatMul', [weights, asBlocks(ofQueries(value), valueChannels)]);
  const denominator = b.op('ReduceSum', [weights, b.int64([-1])], { attributes: { keepdims: 1n } });

  const first = hasPast ? 0 : 1;
  const perRow = (x: Value) => reshape(x, groups, plan.count, plan.rows);
  const logSums = b.op('Log', [denominator]);
  const blocks: ChosenBlocks = {
    groups,
    count: plan.count,
    rows: plan.rows,
    padding: plan.padding,
    before,
    span,
    origin,
    first,
    logSums: perRow(shift === undefined ? logSums : b.op('Add', [logSums, shift])),
    shift: shift && perRow(shift),
  };
  const chosen = chooseKeys(b, operands, blocks, { ...lowering, relative });
  // Everything per block as [groups, blocks, rows, …]: the first block of a group may be complete, the others get more keys.
  const grouped = (x: Value, channels: number) => reshape(x, groups, plan.count, plan.rows, size(channels));
  const scanned = (x: Value, channels: number) => {
    if (first === 0) return x;
    const later = b.op('Slice', [grouped(x, channels), b.int64([1]), end, b.int64([1])]);
    return reshape(later, b.int64([-1]), plan.rows, size(channels));
  };
  const rows = (x: Value, channels: number) => b.op('Reshape', [x, b.int64([-1, channels])]);
  const summed = scanBlocks(b, rows(key, width), rows(value, valueChannels), {
    query: scanned(shift === undefined ? queryBlocks : shifted(b, queryBlocks, shift, width), width),
    ...chosen,
    slab: relative && slabOf(b, relative, blocks, chosen),
    numerator: scanned(numerator, valueChannels),
    denominator: scanned(denominator, 1),
    width,
    valueChannels,
    opset: lowering.opset,
  });
  const others = b.op('Sub', [plan.count, b.int64([1])]);
  const all = (own: Value, whole: Value, channels: number) => {
    if (first === 0) return whole;
    const complete = b.op('Slice', [grouped(own, channels), b.int64([0]), b.int64([1]), b.int64([1])]);
    return b.op('Concat', [complete, reshape(whole, groups, others, plan.rows, size(channels))], {
      attributes: { axis: 1n },
    });
  };
  const output = b.op('Div', [
    all(numerator, summed.numerator, valueChannels),
    all(denominator, summed.denominator, 1),
  ]);
  return b.op('Slice', [
    reshape(output, batch, heads, plan.paddedLength, size(valueChannels)),
    b.int64([0]),
    plan.length,
    b.int64([2]),
  ]);
}

/** Largest score of a row, 0 where all are masked: [n, rows, 1]. */
function largestSeen(b: GraphBuilder, scores: Value, opset: number): Value {
  const largest = largestOf(b, scores, 2, opset);
  const isMasked = b.op('Less', [largest, b.float32([-1e29], [])]);
  return b.op('Where', [isMasked, b.float32([0], []), largest]);
}

/** Queries whose scores come out relative to `shift`. */
function shifted(b: GraphBuilder, query: Value, shift: Value, width: number): Value {
  const unit = Array.from({ length: width }, (_, channel) => (channel === SHIFT_CHANNEL ? -1 : 0));
  return b.op('Add', [query, b.op('Mul', [shift, b.float32(unit)])]);
}

/** A row before all keys, [batch, heads, 1, channels]: as a key it scores so low that it has no weight. */
function unseenRow(b: GraphBuilder, batch: Value, heads: Value, channels: number, isKey: boolean): Value {
  const row = Array.from({ length: channels }, (_, channel) => (isKey && channel === 2 ? -1e30 : 0));
  const shape = b.op('Concat', [batch, heads, b.int64([1, channels])], { attributes: { axis: 0n } });
  return b.op('Expand', [b.float32(row), shape]);
}
