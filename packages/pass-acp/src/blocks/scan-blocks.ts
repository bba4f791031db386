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
  /** Whether no exponential can overflow; otherwise each row is rescaled by its largest score. */
  readonly isBounded: boolean;
  readonly opset: number;
}

/**
 * Adds the keys before each block and divides: [n, rows, value channels].
 *
 * @param keys [all keys, width]
 * @param values [all keys, value channels]
 */
export function scanBlocks(b: GraphBuilder, keys: Value, values: Value, blocks: ScannedBlocks): Value {
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
      { name: 'denominator', type: matrix(1) },
      ...(slab === undefined ? [] : [{ name: 'first_row', type: index }]),
    ],
    (block, inputs) => {
      const [query, start, end, numerator, denominator] = inputs as [Value, Value, Value, Value, Value];
      const [, , , , , firstRow] = inputs;
      const chosen = (x: Value) => block.op('Slice', [x, start, end, block.int64([0])]);
      const visible = chosen(keys);
      const bias = slab && firstRow && partOfSlab(block, slab, firstRow, start, end);
      const scores = block.op('Gemm', [query, visible, ...(bias === undefined ? [] : [bias])], {
        attributes: { transB: 1n },
      });
      const own = isBounded
        ? { scores, numerator, denominator }
        : rescaled(block, { scores, numerator, denominator }, opset);
      const weights = block.op('Exp', [own.scores]);
      const weighted = block.op('Gemm', [weights, chosen(values), own.numerator]);
      const sums = block.op('ReduceSum', [weights, block.int64([-1])], { attributes: { keepdims: 1n } });
      const total = block.op('Add', [sums, own.denominator]);
      return [{ value: block.op('Div', [weighted, total]), type: matrix(valueChannels) }];
    },
  );
  const inputs = [blocks.query, blocks.starts, blocks.ends, blocks.numerator, blocks.denominator];
  if (slab !== undefined) inputs.push(slab.firstRows);
  return b.op('Scan', inputs, { attributes: { body, num_scan_inputs: BigInt(inputs.length) } });
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
