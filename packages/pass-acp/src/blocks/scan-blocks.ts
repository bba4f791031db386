import { type GraphBuilder, tensorType, type Value } from '@sentei/ir';
import { largestOf } from './largest-of.ts';
import { partOfSlab, type Slab } from './relative-bias.ts';

/** What is known of every query block, one row a block, before the keys that precede it are added. */
export interface ScannedBlocks {
  /** [n, rows, width] */
  readonly query: Value;
  /** int64 [n, 1] each: rows of `keys` to add. */
  readonly starts: Value;
  readonly ends: Value;
  /** [n, rows, value channels] and [n, rows, 1]: sums over the block's own keys. */
  readonly numerator: Value;
  readonly denominator: Value;
  /** A bias that the products do not hold. */
  readonly slab: Slab | undefined;
  readonly width: number;
  readonly valueChannels: number;
  /** bool [n, 1]: whether no exponential of a block can overflow. Absent where the weights rule that out. */
  readonly isSafe: Value | undefined;
  readonly opset: number;
}

/** Sums over keys of a row: of the weighted values, [n, rows, value channels], and of the weights, [n, rows, 1]. */
export interface Sums {
  readonly numerator: Value;
  readonly denominator: Value;
}

/**
 * Adds the keys before each block. The loop does as little as it can: every operator in it costs microseconds a block.
 *
 * @param keys [all keys, width]
 * @param values [all keys, value channels]
 */
export function scanBlocks(b: GraphBuilder, keys: Value, values: Value, blocks: ScannedBlocks): Sums {
  const { width, valueChannels, isSafe, opset, slab } = blocks;
  const matrix = (columns: number) => tensorType('float32', [null, columns]);
  const types = [matrix(valueChannels), matrix(1)] as const;
  const index = tensorType('int64', [1]);
  const typed = (sums: Sums) => [
    { value: sums.numerator, type: types[0] },
    { value: sums.denominator, type: types[1] },
  ];
  const inputs = [
    { name: 'query', type: matrix(width), value: blocks.query },
    { name: 'start', type: index, value: blocks.starts },
    { name: 'end', type: index, value: blocks.ends },
    { name: 'numerator', type: types[0], value: blocks.numerator },
    { name: 'denominator', type: types[1], value: blocks.denominator },
    ...(isSafe === undefined ? [] : [{ name: 'is_safe', type: tensorType('bool', [1]), value: isSafe }]),
    ...(slab === undefined ? [] : [{ name: 'first_row', type: index, value: slab.firstRows }]),
  ];
  const body = b.subgraph('query_block', inputs, (block, values_) => {
    const [query, start, end, numerator, denominator] = values_ as [Value, Value, Value, Value, Value];
    const safe = isSafe && values_[5];
    const firstRow = slab && values_.at(-1);
    const sum = (on: GraphBuilder, isRescaled: boolean): Sums => {
      const chosen = (x: Value) => on.op('Slice', [x, start, end, on.int64([0])]);
      const factors = [query, chosen(keys)];
      const bias = slab && firstRow && partOfSlab(on, slab, firstRow, start, end);
      const scores = on.op('Gemm', bias === undefined ? factors : [...factors, bias], {
        attributes: { transB: 1n },
      });
      const own = { numerator, denominator };
      const from = isRescaled ? rescaled(on, scores, own, opset) : { scores, ...own };
      const weights = on.op('Exp', [from.scores]);
      const sums = on.op('ReduceSum', [weights, on.int64([-1])], { attributes: { keepdims: 1n } });
      return {
        numerator: on.op('Gemm', [weights, chosen(values), from.numerator]),
        denominator: on.op('Add', [sums, from.denominator]),
      };
    };
    if (safe === undefined) return typed(sum(block, false));
    const branch = (name: string, isRescaled: boolean) =>
      block.subgraph(name, [], (on) => typed(sum(on, isRescaled)));
    const [above, below] = block.ops('If', [safe], 2, {
      attributes: { then_branch: branch('safe', false), else_branch: branch('rescaled', true) },
      types,
    }) as [Value, Value];
    return typed({ numerator: above, denominator: below });
  });
  const [numerator, denominator] = b.ops(
    'Scan',
    inputs.map(({ value }) => value),
    2,
    { attributes: { body, num_scan_inputs: BigInt(inputs.length) } },
  ) as [Value, Value];
  return { numerator, denominator };
}

/** Below every score that is seen, above those that are not. */
const FLOOR = -1e29;

/**
 * Scores are relative to the largest of the row's own block, if that has any key to see. Where an earlier key scores higher,
 * everything is taken relative to that, as an online softmax does (Milakov and Gimelshein, arXiv 1805.02867).
 */
function rescaled(
  b: GraphBuilder,
  scores: Value,
  { numerator, denominator }: Sums,
  opset: number,
): Sums & { readonly scores: Value } {
  const zero = b.float32([0], []);
  const own = b.op('Where', [b.op('Greater', [denominator, zero]), zero, b.float32([FLOOR], [])]);
  const shift = b.op('Max', [largestOf(b, scores, 1, opset), own]);
  const factor = b.op('Exp', [b.op('Min', [b.op('Neg', [shift]), zero])]);
  return {
    scores: b.op('Sub', [scores, shift]),
    numerator: b.op('Mul', [numerator, factor]),
    denominator: b.op('Mul', [denominator, factor]),
  };
}
