import { type AttentionCore, coversPositions, type DistanceBias } from '@sentei/anatomy';
import type { GraphBuilder, TypeTable, Value } from '@sentei/ir';
import type { RelativeDecay, SlopeDecay, Unprunable } from './decaying-attention.ts';

/** The decay that a bias of distances gives to attention of so many heads, or why it prunes nothing. */
export function distanceDecay(
  { slopes, samples, table }: DistanceBias,
  heads: number,
): SlopeDecay | RelativeDecay | Unprunable {
  if (slopes !== undefined) {
    if (slopes.length !== 1 && slopes.length !== heads)
      return { reason: `a bias of ${slopes.length} slopes for ${heads} heads` };
    const rising = slopes.find((slope) => !(slope >= 0 && Number.isFinite(slope)));
    if (rising !== undefined)
      return { reason: `nothing to prune: the bias grows with the distance (by ${-rising} a key)` };
    if (slopes.every((slope) => slope === 0))
      return { reason: 'nothing to prune: the bias is the same at every distance' };
    return { kind: 'slopes', slopes: repeated(slopes, heads) };
  }
  if (samples === undefined || table === undefined)
    return { reason: 'the bias at a distance can be told only when the model runs' };
  if (samples.length !== 1 && samples.length !== heads)
    return { reason: `a bias of ${samples.length} rows for ${heads} heads` };
  return {
    kind: 'relative',
    samples: repeated(samples, heads),
    table: samples.length === heads ? table : (b, count) => shared(b, table(b, count), heads),
  };
}

/** A bias of one row or column is broadcast, one for other lengths than those of the sequence is no such bias. */
export function checkDistanceBias(
  bias: Value,
  core: AttentionCore,
  types: TypeTable,
): Unprunable | undefined {
  const positions = types.shapeOf(core.query)?.[2] ?? null;
  const found = types.shapeOf(bias)?.slice(-2);
  const isFull = found?.every((each) => each === 1 || coversPositions(each, positions));
  return found?.length === 2 && isFull
    ? undefined
    : { reason: `the bias may not cover the sequence (${found?.join(', ') ?? 'unknown'})` };
}

function repeated<T>(rows: readonly T[], heads: number): readonly T[] {
  const [only] = rows;
  return rows.length === 1 && only !== undefined ? new Array<T>(heads).fill(only) : rows;
}

function shared(b: GraphBuilder, row: Value, heads: number): Value {
  return b.op('Expand', [row, b.int64([heads, 1])]);
}
