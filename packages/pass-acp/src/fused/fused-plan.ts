import { type GraphBuilder, Tensor, tensorType, type Value } from '@sentei/ir';

/** Keys and queries are looked at in chunks of this many: for running sums, and as the step of windows. */
export const CHUNK = 128;

/** What all attention over the same sequences shares; emitted once. */
export interface FusedPlan {
  /** int64 [1]: sequence length L. */
  readonly length: Value;
  /** int32 [batch]: L − 1, what `GroupQueryAttention` takes for the position of the last key. */
  readonly lastPositions: Value;
  /** Scalar int32: L. */
  readonly totalLength: Value;
  /** int64 [6]: pads [batch, L, heads] to whole chunks. */
  readonly pads: Value;
  /** Scalar bool: at most the longest length that is short. */
  readonly isShort: Value;
  /** float32 [m, m] with m = L, at most the longest length that is short: 0 on and below the diagonal, a very negative number above. */
  readonly causalBias: Value;
  /** Scalar float64: log L. */
  readonly logLength: Value;
  /** float32 [chunks, 1, 1]: 0, 1, 2 … */
  readonly chunkIndices: Value;
}

/** Far below any score with its bias, and finite, so that no row turns to NaN by it. */
export const MASKED = -1e38;

/**
 * Emits the nodes of a plan.
 *
 * @param source what the batch and the length are read from
 * @param axes where they are in its shape
 * @param longestShort up to this length attention stays written out in standard operators, which takes fewer nodes
 */
export function planFused(
  b: GraphBuilder,
  source: Value,
  axes: { readonly batch: number; readonly position: number },
  longestShort: number,
): FusedPlan {
  const shape = b.op('Shape', [source]);
  const extent = (axis: number) => b.op('Gather', [shape, b.int64([axis])], { attributes: { axis: 0n } });
  const length = extent(axes.position);
  const scalar = (value: Value, type?: 'bool' | 'int32') =>
    b.op('Squeeze', [value, b.int64([0])], type ? { types: [tensorType(type, [])] } : {});
  const shortLength = b.op('Min', [length, b.int64([longestShort])]);
  const zero = b.constant(Tensor.int64([0], []));
  const one = b.constant(Tensor.int64([1], []));
  const positions = b.op('Range', [zero, scalar(shortLength), one]);
  const isVisible = b.op('GreaterOrEqual', [b.op('Unsqueeze', [positions, b.int64([1])]), positions]);
  const missing = b.op('Mod', [b.op('Neg', [length]), b.int64([CHUNK])]);
  const chunks = b.op('Div', [b.op('Add', [length, missing]), b.int64([CHUNK])]);
  const indices = b.op('Cast', [b.op('Range', [zero, scalar(chunks), one])], { attributes: { to: 1n } });
  const last = b.op('Cast', [b.op('Sub', [length, b.int64([1])])], { attributes: { to: 6n } });
  return {
    length,
    lastPositions: b.op('Expand', [last, extent(axes.batch)]),
    totalLength: scalar(b.op('Cast', [length], { attributes: { to: 6n } }), 'int32'),
    pads: b.op('Concat', [b.int64([0, 0, 0, 0]), missing, b.int64([0])], { attributes: { axis: 0n } }),
    isShort: scalar(b.op('LessOrEqual', [length, b.int64([longestShort])]), 'bool'),
    causalBias: b.op('Where', [isVisible, b.float32([0], []), b.float32([MASKED], [])]),
    logLength: b.op('Log', [b.op('Cast', [scalar(length)], { attributes: { to: 11n } })]),
    chunkIndices: b.op('Unsqueeze', [indices, b.int64([1, 2])]),
  };
}
