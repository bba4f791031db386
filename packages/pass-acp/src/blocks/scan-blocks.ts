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
  /** A bias that the products do not hold; exponentials need a shift then. */
  readonly slab: Slab | undefined;
  readonly width: number;
  readonly valueChannels: number;
  /** Whether no exponential can overflow; otherwise each row is rescaled by its largest score. */
  readonly isBounded: boolean;
  readonly opset: number;
}

/** Sums over all keys of a row: what the values add up to, [n, rows, value channels], and the weights, [n, rows, 1]. */
export interface WholeSums {
  readonly numerator: Value;
  readonly denominator: Value;
}

/**
 * Adds the keys before each block. The loop does as little as it can: every operator in it costs microseconds a block.
 *
 * @param keys [all keys, width]
 * @param values [all keys, value channels]
 */
export function scanBlocks(b: GraphBuilder, keys: Value, values: Value, blocks: ScannedBlocks): WholeSums {
  const { width, valueChannels, isBounded, opset, slab } = blocks;
  const matrix = (columns: number) => tensorType('float32', [null, columns]);
  const index = tensorType('int64', [1]);
  const body = b.subgraph(
    'query_block',
    [
      { name: 'query', type: matrix(width) },
      { name: 'start', type: index },
      { name: 'end', type: index },
      { name: 'numerator', type: matrix(valueChannels) },
      ...(isBounded ? [] : [{ name: 'denominator', type: matrix(1) }]),
      ...(slab === undefined ? [] : [{ name: 'first_row', type: index }]),
    ],
    (block, inputs) => {
      const [query = null, start = null, end = null, numerator = null, denominator = null] = inputs;
      const chosen = (x: Value) => block.op('Slice', [x, start, end, block.int64([0])]);
      const factors = [query, chosen(keys)];
      const bias = slab && partOfSlab(block, slab, inputs.at(-1) ?? null, start, end);
      const scores = block.op('Gemm', bias === undefined ? factors : [...factors, bias], {
        attributes: { transB: 1n },
      });
      const own =
        numerator === null || denominator === null
          ? { scores, numerator }
          : rescaled(block, { scores, numerator, denominator }, opset);
      const weights = block.op('Exp', [own.scores]);
      const weighted = block.op('Gemm', [weights, chosen(values), own.numerator]);
      const sums = block.op('ReduceSum', [weights, block.int64([-1])], { attributes: { keepdims: 1n } });
      const total = 'denominator' in own ? block.op('Add', [sums, own.denominator]) : sums;
      return [
        { value: weighted, type: matrix(valueChannels) },
        { value: total, type: matrix(1) },
      ];
    },
  );
  const inputs = [
    blocks.query,
    blocks.starts,
    blocks.ends,
    blocks.numerator,
    ...(isBounded ? [] : [blocks.denominator]),
    ...(slab === undefined ? [] : [slab.firstRows]),
  ];
  const [numerator, total] = b.ops('Scan', inputs, 2, {
    attributes: { body, num_scan_inputs: BigInt(inputs.length) },
  }) as [Value, Value];
  return {
    numerator,
    denominator: isBounded ? b.op('Add', [blocks.denominator, total]) : total,
  };
}

/** Below every score that is seen, above those that are not. */
const FLOOR = -1e29;

interface Sums {
  readonly scores: Value;
  readonly numerator: Value;
  readonly denominator: Value;
}

/**
 * Scores are relative to the largest of the row's own block, if that has any key to see. Where an earlier key scores higher,
 * everything is taken relative to that, as an online softmax does (Milakov and Gimelshein, arXiv 1805.02867).
 */
function rescaled(b: GraphBuilder, { scores, numerator, denominator }: Sums, opset: number): Sums {
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
