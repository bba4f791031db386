import { type GraphBuilder, Tensor, tensorType, type Value } from '@sentei/ir';
import type { DecayingAttention, RelativeDecay } from '../matching/decaying-attention.ts';
import { arrange } from '../matching/operand.ts';
import { LARGEST_SCORE_BOUND } from '../threshold/threshold.ts';
import type { BlockPlan } from './plan-blocks.ts';
import { biasByDistance, diagonalBias, reachedRanges, type Slab } from './relative-bias.ts';

export interface LoweringOptions {
  /** Keys are skipped in whole tiles of this many. */
  readonly tile: number;
  /** −2U + log ε, see `threshold`. */
  readonly thresholdConstant: number;
}

/** Operands of the products; running sums are in two extra channels, so that one product gives score + bias. */
interface Operands {
  /** [batch, heads, L, channels] */
  readonly query: Value;
  /** [batch, heads, L, channels] */
  readonly key: Value;
  /** [batch, heads, L, value channels] */
  readonly value: Value;
  readonly bias:
    | { readonly kind: 'sums' /** [batch, heads, L] */; readonly cumulative: Value }
    | { readonly kind: 'distances' /** See `biasByDistance`. */; readonly byDistance: Value };
  readonly channels: number;
  readonly valueChannels: number;
}

/**
 * Emits forgetting attention that computes no tile above the diagonal and none below the threshold, in standard operators.
 * Short sequences are one block, computed densely. Otherwise the diagonal blocks of all heads are computed in one product,
 * and a Scan over (batch, head, query block) adds the keys before the block, from the first tile that matters on. Scores are
 * bounded, so exponentials need no shift by the row's maximum and partial sums over keys just add up.
 *
 * @returns the output, [batch, heads, L, value channels]
 */
export function lowerToBlocks(
  b: GraphBuilder,
  attention: DecayingAttention,
  plan: BlockPlan,
  options: LoweringOptions,
): Value {
  const operands =
    attention.decay.kind === 'relative' ? plain(b, attention, attention.decay, plan) : augment(b, attention);
  const type = tensorType('float32', [null, null, null, attention.valueChannels]);
  const branch = (name: string, build: (body: GraphBuilder) => Value) =>
    b.subgraph(name, [], (body) => [{ value: build(body), type }]);
  const output = b.op('If', [isBlockwise(b, operands, plan, attention)], {
    attributes: {
      then_branch: branch('blocks', (body) => blockwise(body, operands, plan, options)),
      else_branch: branch('whole', (body) => dense(body, operands, plan)),
    },
    types: [type],
    name: 'forgetting_attention',
  });
  return output;
}

/**
 * Whether to compute in blocks: more than one, and no bias of a distance so far above that of the row's own key that
 * exponentials without a shift would overflow. Only a run can tell that of a whole table.
 */
function isBlockwise(
  b: GraphBuilder,
  { bias }: Operands,
  plan: BlockPlan,
  attention: DecayingAttention,
): Value {
  if (bias.kind === 'sums') return plan.several;
  const most = b.op('ReduceMax', [bias.byDistance], { attributes: { keepdims: 0n } });
  const room = LARGEST_SCORE_BOUND - (attention.scoreBound ?? LARGEST_SCORE_BOUND);
  return b.op('And', [plan.several, b.op('LessOrEqual', [most, b.float32([room], [])])]);
}

/**
 * Stands in for −∞ on the side of the keys. A gate that underflows to 0 makes c infinite from there on; the rows before it
 * must still be able to mask those keys out, and the rows after it are NaN in the original too.
 */
const LOWEST_SUM = -1e30;

/**
 * query' = [c, 1, scale · query], key' = [1, −c, key]: their product sums up c[i] − c[j] first and the score after, in the
 * order the original adds them, so large running sums cancel exactly as they do there.
 */
function augment(b: GraphBuilder, attention: DecayingAttention): Operands {
  const { scale, channels, valueChannels, decay } = attention;
  if (decay.kind !== 'gates') throw new TypeError(`a decay by ${decay.kind} has no running sums`);
  const cumulative = arrange(b, decay.cumulative, ['batch', 'head', 'position']);
  const byHead = ['batch', 'head', 'position', 'channel'] as const;
  const query = arrange(b, attention.query, byHead);
  const column = b.op('Unsqueeze', [cumulative, b.int64([3])]);
  const ones = b.op('ConstantOfShape', [b.op('Shape', [column])], {
    attributes: { value: Tensor.floats([1]) },
  });
  const scaled = scale === 1 ? query : b.op('Mul', [query, b.float32([scale], [])]);
  const concat = (...parts: Value[]) => b.op('Concat', parts, { attributes: { axis: 3n } });
  return {
    query: concat(column, ones, scaled),
    key: concat(
      ones,
      b.op('Neg', [b.op('Max', [column, b.float32([LOWEST_SUM], [])])]),
      arrange(b, attention.key, byHead),
    ),
    value: arrange(b, attention.value, byHead),
    bias: { kind: 'sums', cumulative },
    channels: channels + 2,
    valueChannels,
  };
}

/** Operands whose bias is added to their product. */
function plain(
  b: GraphBuilder,
  attention: DecayingAttention,
  decay: RelativeDecay,
  plan: BlockPlan,
): Operands {
  const { scale, channels, valueChannels } = attention;
  const byHead = ['batch', 'head', 'position', 'channel'] as const;
  const query = arrange(b, attention.query, byHead);
  return {
    query: scale === 1 ? query : b.op('Mul', [query, b.float32([scale], [])]),
    key: arrange(b, attention.key, byHead),
    value: arrange(b, attention.value, byHead),
    bias: { kind: 'distances', byDistance: biasByDistance(b, decay, plan) },
    channels,
    valueChannels,
  };
}

function transposed(b: GraphBuilder, value: Value): Value {
  return b.op('Transpose', [value], { attributes: { perm: [0n, 1n, 3n, 2n] } });
}

function dense(b: GraphBuilder, { query, key, value, bias }: Operands, plan: BlockPlan): Value {
  const added = bias.kind === 'sums' ? plan.causalBias : diagonalBias(b, bias.byDistance, plan.length);
  const scores = b.op('Add', [b.op('MatMul', [query, transposed(b, key)]), added]);
  return b.op('MatMul', [b.op('Softmax', [scores], { attributes: { axis: -1n } }), value]);
}

function blockwise(b: GraphBuilder, operands: Operands, plan: BlockPlan, options: LoweringOptions): Value {
  const { channels, valueChannels } = operands;
  const shape = b.op('Shape', [operands.query]);
  const dimension = (index: number) =>
    b.op('Gather', [shape, b.int64([index])], { attributes: { axis: 0n } });
  const [batch, heads] = [dimension(0), dimension(1)];
  const groups = b.op('Mul', [batch, heads]);
  const vector = (...parts: Value[]) => b.op('Concat', parts, { attributes: { axis: 0n } });
  const reshape = (value: Value, ...parts: Value[]) => b.op('Reshape', [value, vector(...parts)]);
  const rest = b.int64([-1]);
  const blocks = b.op('Mul', [groups, plan.count]);

  const padded = (value: Value, size: number) => {
    const zeros = b.op('ConstantOfShape', [vector(batch, heads, plan.padding, b.int64([size]))], {
      attributes: { value: Tensor.floats([0]) },
    });
    return b.op('Concat', [value, zeros], { attributes: { axis: 2n } });
  };
  const query = padded(operands.query, channels);
  const key = padded(operands.key, channels);
  const value = padded(operands.value, valueChannels);

  // The diagonal: the only blocks that need the causal mask, all in one product.
  const asBlocks = (x: Value, size: number) => reshape(x, blocks, plan.rows, b.int64([size]));
  const queryBlocks = asBlocks(query, channels);
  const diagonalKeys = b.op('Transpose', [asBlocks(key, channels)], { attributes: { perm: [0n, 2n, 1n] } });
  const products = b.op('MatMul', [queryBlocks, diagonalKeys]);
  const { bias } = operands;
  const biased =
    bias.kind === 'sums'
      ? b.op('Add', [products, plan.causalBias])
      : reshape(
          b.op('Add', [
            reshape(products, batch, heads, plan.count, plan.rows, plan.rows),
            b.op('Unsqueeze', [diagonalBias(b, bias.byDistance, plan.rows), b.int64([1])]),
          ]),
          blocks,
          plan.rows,
          plan.rows,
        );
  const diagonal = b.op('Exp', [biased]);
  const numerator = b.op('MatMul', [diagonal, asBlocks(value, valueChannels)]);
  const denominator = b.op('ReduceSum', [diagonal, b.int64([-1])], { attributes: { keepdims: 1n } });

  // Everything per block as [groups, blocks, rows, …]: the first block of a group is complete, the others get more keys.
  const grouped = (x: Value, size: number) => reshape(x, groups, plan.count, plan.rows, b.int64([size]));
  const first = (x: Value) => b.op('Slice', [x, b.int64([0]), b.int64([1]), b.int64([1])]);
  const later = (x: Value, size: number) => {
    const sliced = b.op('Slice', [x, b.int64([1]), b.int64([Number.MAX_SAFE_INTEGER]), b.int64([1])]);
    return b.op('Reshape', [sliced, vector(rest, plan.rows, b.int64([size]))]);
  };
  const queries = grouped(queryBlocks, channels);
  const numerators = grouped(numerator, valueChannels);
  const denominators = grouped(denominator, 1);
  const limit = b.op('Sub', [b.float32([options.thresholdConstant]), plan.logLength]);
  const ranges =
    bias.kind === 'sums'
      ? { ...keyRanges(b, bias.cumulative, plan, groups, options.tile, limit), slab: undefined }
      : reachedRanges(b, bias.byDistance, plan, batch, limit);
  const flatKeys = b.op('Reshape', [key, b.int64([-1, channels])]);
  const flatValues = b.op('Reshape', [value, b.int64([-1, valueChannels])]);
  const laterBlocks = scanBlocks(b, flatKeys, flatValues, {
    inputs: [
      later(queries, channels),
      ranges.starts,
      ranges.ends,
      later(numerators, valueChannels),
      later(denominators, 1),
    ],
    channels,
    valueChannels,
    slab: ranges.slab,
  });

  const firstBlocks = b.op('Div', [first(numerators), first(denominators)]);
  const others = b.op('Sub', [plan.count, b.int64([1])]);
  const joined = b.op(
    'Concat',
    [firstBlocks, reshape(laterBlocks, groups, others, plan.rows, b.int64([valueChannels]))],
    { attributes: { axis: 1n } },
  );
  const rows = reshape(joined, batch, heads, plan.paddedLength, b.int64([valueChannels]));
  return b.op('Slice', [rows, b.int64([0]), plan.length, b.int64([2])]);
}

/**
 * For every block but the first of its group, the rows of the flattened keys to visit: from the first tile that reaches
 * the threshold (at least one key, so that no product is empty) to the start of the block. Each int64 [n, 1].
 */
function keyRanges(
  b: GraphBuilder,
  cumulative: Value,
  plan: BlockPlan,
  groups: Value,
  tile: number,
  limit: Value,
): { starts: Value; ends: Value } {
  const vector = (...parts: Value[]) => b.op('Concat', parts, { attributes: { axis: 0n } });
  const zero = b.constant(Tensor.int64([0], []));
  const one = b.constant(Tensor.int64([1], []));
  const scalar = (value: Value) => b.op('Squeeze', [value, b.int64([0])]);
  const pads = vector(b.int64([0, 0, 0, 0, 0]), plan.padding);
  const sums = b.op('Reshape', [
    b.op('Pad', [cumulative, pads], { attributes: { mode: 'edge' } }),
    vector(groups, plan.paddedLength),
  ]);
  const end = b.int64([Number.MAX_SAFE_INTEGER]);
  const axis = b.int64([1]);
  // c falls along the sequence, so within a tile of pairs the bias is largest for the first row and the last key.
  const atFirstRow = b.op('Slice', [sums, plan.rows, end, axis, plan.rows]);
  const atLastKey = b.op('Slice', [sums, b.int64([tile - 1]), end, axis, b.int64([tile])]);
  const largestBias = b.op('Sub', [
    b.op('Unsqueeze', [atFirstRow, b.int64([2])]),
    b.op('Unsqueeze', [atLastKey, b.int64([1])]),
  ]);
  const isSkipped = b.op('Cast', [b.op('Less', [largestBias, limit])], { attributes: { to: 7n } });
  const skippedKeys = b.op('Mul', [
    b.op('ReduceSum', [isSkipped, b.int64([2])], { attributes: { keepdims: 0n } }),
    b.int64([tile]),
  ]);
  const blockStarts = b.op('Mul', [b.op('Range', [one, scalar(plan.count), one]), plan.rows]);
  const bases = b.op('Mul', [b.op('Range', [zero, scalar(groups), one]), plan.paddedLength]);
  const column = b.op('Unsqueeze', [bases, b.int64([1])]);
  const latest = b.op('Sub', [blockStarts, b.int64([1])]);
  const flat = (value: Value) => b.op('Reshape', [value, b.int64([-1, 1])]);
  return {
    starts: flat(b.op('Add', [b.op('Min', [skippedKeys, latest]), column])),
    ends: flat(b.op('Add', [blockStarts, column])),
  };
}

interface ScanInputs {
  /** Queries, starts, ends, numerators and denominators of the diagonal, one row a block. */
  readonly inputs: readonly Value[];
  readonly channels: number;
  readonly valueChannels: number;
  readonly slab: Slab | undefined;
}

/** Adds the keys before each block and divides: [n, rows, value channels]. */
function scanBlocks(
  b: GraphBuilder,
  keys: Value,
  values: Value,
  { inputs, channels, valueChannels, slab }: ScanInputs,
): Value {
  const matrix = (columns: number) => tensorType('float32', [null, columns]);
  const index = tensorType('int64', [1]);
  const body = b.subgraph(
    'query_block',
    [
      { name: 'query', type: matrix(channels) },
      { name: 'start', type: index },
      { name: 'end', type: index },
      { name: 'numerator', type: matrix(valueChannels) },
      { name: 'denominator', type: matrix(1) },
      ...(slab === undefined ? [] : [{ name: 'first_row', type: index }]),
    ],
    (block, [query, start, end, numerator, denominator, firstRow]) => {
      const visible = (x: Value) => block.op('Slice', [x, start ?? null, end ?? null, block.int64([0])]);
      const bias =
        slab &&
        block.op('Slice', [
          slab.values,
          join(block, firstRow, block.op('Add', [slab.width, block.op('Sub', [start ?? null, end ?? null])])),
          join(block, block.op('Add', [firstRow ?? null, slab.rows]), slab.width),
          block.int64([0, 1]),
        ]);
      const scores = block.op('Gemm', [query ?? null, visible(keys), ...(bias === undefined ? [] : [bias])], {
        attributes: { transB: 1n },
      });
      const weights = block.op('Exp', [scores]);
      const weighted = block.op('Gemm', [weights, visible(values), numerator ?? null]);
      const sums = block.op('ReduceSum', [weights, block.int64([-1])], { attributes: { keepdims: 1n } });
      const total = block.op('Add', [sums, denominator ?? null]);
      return [{ value: block.op('Div', [weighted, total]), type: matrix(valueChannels) }];
    },
  );
  const scanned = slab === undefined ? inputs : [...inputs, slab.firstRows];
  return b.op('Scan', scanned, { attributes: { body, num_scan_inputs: BigInt(scanned.length) } });
}

function join(b: GraphBuilder, ...parts: (Value | undefined)[]): Value {
  return b.op(
    'Concat',
    parts.map((part) => part ?? null),
    { attributes: { axis: 0n } },
  );
}
