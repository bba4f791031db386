import { type GraphBuilder, Tensor, type Value } from '@sentei/ir';
import { ROUNDING_SLACK } from '../threshold/threshold.ts';
import type { Operands } from './augment-operands.ts';
import { largestOf } from './largest-of.ts';
import { largestByTile, type RelativeBias } from './relative-bias.ts';

export interface KeyChoice {
  /** Keys are skipped in whole tiles of this many. */
  readonly tile: number;
  /** Largest share of a row that may be left out. */
  readonly epsilon: number;
  readonly opset: number;
  /** Most rows of a block. */
  readonly block: number;
}

/** The blocks whose keys are chosen, and what their own keys came to. */
export interface ChosenBlocks {
  /** int64 [1]: batch · heads. */
  readonly groups: Value;
  /** int64 [1]: blocks in a group. */
  readonly count: Value;
  /** int64 [1]: rows in a block. */
  readonly rows: Value;
  /** int64 [1]: rows after the last query that fill up its block. */
  readonly padding: Value;
  /** Rows before the first key that stand for no key. */
  readonly before: number;
  /** int64 [1]: rows of keys in a group, fillers included. */
  readonly span: Value;
  /** int64 [1]: row of the first block's first key. */
  readonly origin: Value;
  /** First block that has keys before it: 1, or 0 where the first query is not the first position. */
  readonly first: 0 | 1;
  /** [groups, count, rows]: log of the sum of a row's exponentials over its own block; −∞ where there is nothing to see. */
  readonly logSums: Value;
  /** [groups, count, rows]: what scores are relative to. Absent where they are not. */
  readonly shift: Value | undefined;
}

export interface ChosenKeys {
  /** int64 [n, 1] each: rows of the flattened keys. */
  readonly starts: Value;
  readonly ends: Value;
  /**
   * bool [n, 1]: whether exponentials of scores relative to the shift stay far from overflow. Absent without a shift, and with
   * a bias that is not known to be largest at the row's own key.
   */
  readonly isSafe: Value | undefined;
}

/** Exponentials above this stand for "too much" and must not overflow. */
const LARGEST_EXPONENT = 80;

/** Exponentials up to this can be summed up over any number of keys. */
const SAFE_EXPONENT = 60;

/** Covers the rounding of a product of many channels, relative to the norms. */
const NORM_SLACK = 1 + 2 ** -14;

/**
 * For every block from `first` on, the rows of the flattened keys to visit: from the first tile that matters (at least one
 * key, so that no product is empty) to the start of the block. Each int64 [n, 1].
 *
 * What matters is decided by what the block's own keys came to. A key of tile t adds exp(q·k + c[i] − c[j]) to the sum of
 * row i, at most exp(‖q‖ · κ + c[i] − c[last]) with κ the longest key of the tile (Cauchy-Schwarz) and c[last] the lowest c
 * in it. The row's own block adds z[i], computed before, so the tile's share of the row is below
 *
 *     tile · exp(max‖q‖ · κ + max(c[i] − log z[i]) − c[last]),
 *
 * with both maxima over the rows of the block. Tiles are left out from the oldest on as long as these shares sum to at most
 * ε: the share of what is left out is below ε in every row, for every input, because a row's whole sum is at least z[i].
 * (Adaptive Computation Pruning, arXiv 2504.06949, section 3, bounds z[i] by exp(−U), ‖q‖ · κ by U and the number of keys
 * by L instead.)
 */
export function chooseKeys(
  b: GraphBuilder,
  operands: Operands,
  blocks: ChosenBlocks,
  { tile, epsilon, opset, block, relative }: KeyChoice & { readonly relative: RelativeBias | undefined },
): ChosenKeys {
  const { groups, count, rows, span, first } = blocks;
  const end = b.int64([Number.MAX_SAFE_INTEGER]);
  const slice = (x: Value, from: number, to: Value, axis: number, step = 1) =>
    b.op('Slice', [x, b.int64([from]), to, b.int64([axis]), b.int64([step])]);
  const maximum = (x: Value) => b.op('Squeeze', [largestOf(b, x, 2, opset), b.int64([2])]);
  const vector = (...parts: Value[]) => b.op('Concat', parts, { attributes: { axis: 0n } });
  const blockwise = (x: Value, mode: 'constant' | 'edge') =>
    b.op('Reshape', [padded(b, x, 0, blocks.padding, mode), vector(groups, count, rows)]);

  const reference = blockwise(operands.sums.atQueries, 'edge');
  const atFirstRow = slice(reference, 0, b.int64([1]), 2);
  const unweighed = b.op('Sub', [b.op('Sub', [reference, atFirstRow]), blocks.logSums]);
  const ofBlocks = (x: Value) => b.op('Unsqueeze', [slice(x, first, end, 1), b.int64([2])]);
  const longestQuery = ofBlocks(maximum(blockwise(squaredNorms(b, operands.bare.query), 'constant')));
  const weakestRow = ofBlocks(b.op('Add', [maximum(unweighed), b.float32([ROUNDING_SLACK], [])]));

  const tiles = b.op('Div', [span, b.int64([tile])]);
  const wholeTiles = b.op('Mul', [tiles, b.int64([tile])]);
  const ofKeys = (x: Value, mode: 'constant' | 'edge') =>
    b.op('Reshape', [padded(b, x, blocks.before, blocks.padding, mode), vector(groups, span)]);
  const tiled = (x: Value) =>
    b.op('Reshape', [slice(x, 0, wholeTiles, 1), vector(groups, tiles, b.int64([tile]))]);
  const atLastKey = (x: Value) => b.op('Unsqueeze', [slice(x, tile - 1, end, 1, tile), b.int64([1])]);
  const perTile = (x: Value) => b.op('Unsqueeze', [x, b.int64([1])]);
  const keyNorms = ofKeys(squaredNorms(b, operands.bare.key), 'constant');
  const longestKey = perTile(maximum(tiled(keyNorms)));
  const keysInTile =
    operands.visible === undefined
      ? b.float32([tile], [])
      : perTile(
          b.op(
            'ReduceSum',
            [tiled(ofKeys(seen(b, operands.visible, operands.sums.high), 'constant')), b.int64([2])],
            {
              attributes: { keepdims: 0n },
            },
          ),
        );

  const largestScores = (squaredKeyNorms: Value) =>
    b.op('Mul', [
      b.op('Sqrt', [longestQuery]),
      b.op('Mul', [b.op('Sqrt', [squaredKeyNorms]), b.float32([NORM_SLACK], [])]),
    ]);
  // Differences of large sums first: they are exact where they matter.
  const fall = b.op('Sub', [
    b.op('Sub', [slice(atFirstRow, first, end, 1), atLastKey(ofKeys(operands.sums.high, 'edge'))]),
    atLastKey(ofKeys(operands.sums.low, 'edge')),
  ]);
  const bias =
    relative === undefined
      ? fall
      : b.op('Add', [fall, largestByTile(b, relative, blocks, tiles, { tile, mostRows: block })]);
  const exponent = b.op('Add', [b.op('Add', [largestScores(longestKey), weakestRow]), bias]);
  const share = b.op('Mul', [
    b.op('Exp', [b.op('Min', [exponent, b.float32([LARGEST_EXPONENT], [])])]),
    keysInTile,
  ]);
  const sums = b.op('CumSum', [share, b.constant(Tensor.int64([2], []))]);
  const isSkipped = b.op('LessOrEqual', [sums, b.float32([epsilon], [])]);
  const skippedTiles = b.op(
    'ReduceSum',
    [b.op('Cast', [isSkipped], { attributes: { to: 7n } }), b.int64([2])],
    {
      attributes: { keepdims: 0n },
    },
  );
  const ranges = rowRanges(b, blocks, b.op('Mul', [skippedTiles, b.int64([tile])]));
  if (blocks.shift === undefined) return { ...ranges, isSafe: undefined };
  // A running sum never adds to earlier keys, a table may. A row that sees nothing of its own block has no score to be relative to.
  const isEmpty = b.op('IsInf', [blocks.logSums]);
  const largestShare = maximum(
    b.op('Where', [isEmpty, b.float32([LARGEST_EXPONENT * 2], []), b.op('Neg', [blocks.shift])]),
  );
  const ofAllKeys = perTile(largestOf(b, keyNorms, 1, opset));
  const product = b.op('Add', [largestScores(ofAllKeys), ofBlocks(largestShare)]);
  const largest =
    relative === undefined ? product : b.op('Add', [product, b.op('ReduceMax', [relative.byDistance])]);
  const isSafe = b.op('Less', [largest, b.float32([SAFE_EXPONENT], [])]);
  return { ...ranges, isSafe: b.op('Reshape', [isSafe, b.int64([-1, 1])]) };
}

/** Turns the number of keys skipped, int64 [groups, blocks], into rows of the keys of all groups one after the other. */
function rowRanges(
  b: GraphBuilder,
  { groups, count, rows, span, origin, first }: ChosenBlocks,
  skippedKeys: Value,
): { starts: Value; ends: Value } {
  const integer = (x: number) => b.constant(Tensor.int64([x], []));
  const range = (from: number, to: Value) =>
    b.op('Range', [integer(from), b.op('Squeeze', [to, b.int64([0])]), integer(1)]);
  const blockStarts = b.op('Add', [b.op('Mul', [range(first, count), rows]), origin]);
  const bases = b.op('Unsqueeze', [b.op('Mul', [range(0, groups), span]), b.int64([1])]);
  const latest = b.op('Sub', [blockStarts, b.int64([1])]);
  const flat = (value: Value) => b.op('Reshape', [value, b.int64([-1, 1])]);
  return {
    starts: flat(b.op('Add', [b.op('Min', [skippedKeys, latest]), bases])),
    ends: flat(b.op('Add', [blockStarts, bases])),
  };
}

/** [batch, heads, n] with rows before and after, which hold 0 or repeat the row next to them. */
function padded(b: GraphBuilder, x: Value, before: number, after: Value, mode: 'constant' | 'edge'): Value {
  const pads = b.op('Concat', [b.int64([0, 0, before, 0, 0]), after], { attributes: { axis: 0n } });
  return b.op('Pad', [x, pads], { attributes: { mode } });
}

/** ‖x‖² over the last axis. */
function squaredNorms(b: GraphBuilder, x: Value): Value {
  return b.op('ReduceSum', [b.op('Mul', [x, x]), b.int64([-1])], { attributes: { keepdims: 0n } });
}

/** 1 for keys that may be seen and 0 for others, [batch, heads, keys]. */
function seen(b: GraphBuilder, visible: Value, like: Value): Value {
  const ones = b.op('Cast', [b.op('Unsqueeze', [visible, b.int64([1])])], { attributes: { to: 1n } });
  return b.op('Expand', [ones, b.op('Shape', [like])]);
}
