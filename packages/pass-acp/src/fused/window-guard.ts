import { type GraphBuilder, Tensor, tensorType, type Value } from '@sentei/ir';
import { CHUNK, type FusedPlan } from './fused-plan.ts';
import { largestOver } from './largest-over.ts';

export interface GuardInputs {
  readonly plan: FusedPlan;
  /** float64 [batch, chunks, 1, heads]: running sums before each chunk. */
  readonly before: Value;
  /** float64, scalar or [heads]: what the bias of a key has to reach in order to matter. */
  readonly threshold: Value;
  /** bool [batch, L]: keys that may be seen. */
  readonly padding: Value | undefined;
  readonly opset: number;
}

/**
 * Emits for each choice of windows whether it is wide enough for this input, as scalars.
 *
 * c never grows, so for all rows of chunk I and all keys up to chunk J − 1 the bias is at most E[I] − E[J], where E is c
 * before a chunk. Where that is below the threshold for the first n of J = 0 … I, the keys before chunk n − 1 may go, and a
 * window of I − n + 2 chunks loses no others, from whichever row of chunk I it is counted.
 *
 * The threshold compares keys with the row's own one. Where that may be hidden, no window is safe.
 *
 * @param windows of each choice, one for each head, in keys; infinite where the head is computed densely
 */
export function safeChoices(
  b: GraphBuilder,
  { plan, before, threshold, padding, opset }: GuardInputs,
  windows: readonly (readonly number[])[],
): Value[] {
  const earlier = b.op('Transpose', [before], { attributes: { perm: [0n, 2n, 1n, 3n] } });
  const isSkipped = b.op('Less', [b.op('Sub', [before, earlier]), threshold]);
  const asNumbers = b.op('Cast', [isSkipped], { attributes: { to: 1n } });
  const skipped = b.op('ReduceSum', [asNumbers, b.int64([2])], { attributes: { keepdims: 1n } });
  const reach = largestOver(b, b.op('Sub', [plan.chunkIndices, skipped]), [0, 1, 2], opset);
  const needed = padding === undefined ? reach : b.op('Add', [reach, unlessAllVisible(b, padding, opset)]);
  // Finite, so that no difference of infinities arises.
  const chunks = windows.flat().map((window) => Math.min(Math.floor(window / CHUNK) - 2, UNLIMITED));
  const widths = b.constant(Tensor.floats(chunks, [windows.length, chunks.length / windows.length]));
  const isWide = b.op('LessOrEqual', [
    largestOver(b, b.op('Sub', [needed, widths]), [1], opset),
    b.float32([0], []),
  ]);
  return windows.map((_, index) =>
    b.op('Gather', [isWide, b.constant(Tensor.int64([index], []))], { types: [tensorType('bool', [])] }),
  );
}

/** Chunks in no sequence; exact in float32. */
const UNLIMITED = 2 ** 40;

/** Emits float32 [1]: 0 where all keys may be seen, otherwise more than any limited window. */
function unlessAllVisible(b: GraphBuilder, padding: Value, opset: number): Value {
  const hidden = b.op('Cast', [b.op('Not', [padding])], { attributes: { to: 1n } });
  return b.op('Mul', [largestOver(b, hidden, [0, 1], opset), b.float32([UNLIMITED / 4], [])]);
}
