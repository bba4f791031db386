import type { DistanceBias } from '@sentei/anatomy';
import type { RelativeDecay, SlopeDecay, Unprunable } from './decaying-attention.ts';

/**
 * The decay that a bias of distances gives to attention of so many heads, or why it prunes nothing.
 *
 * @param factor that the bias is multiplied with
 */
export function distanceDecay(
  { slopes, samples, table, counted }: DistanceBias,
  heads: number,
  factor = 1,
): SlopeDecay | RelativeDecay | Unprunable {
  if (slopes !== undefined) {
    if (slopes.length !== 1 && slopes.length !== heads)
      return { reason: `a bias of ${slopes.length} slopes for ${heads} heads` };
    const falls = slopes.map((slope) => factor * slope);
    const rising = falls.find((slope) => !(slope >= 0 && Number.isFinite(slope)));
    if (rising !== undefined)
      return { reason: `nothing to prune: the bias grows with the distance (by ${-rising} a key)` };
    if (falls.every((slope) => slope === 0))
      return { reason: 'nothing to prune: the bias is the same at every distance' };
    return { kind: 'slopes', slopes: repeated(falls, heads), ...(counted && { counted }) };
  }
  if (samples === undefined || table === undefined)
    return { reason: 'the bias at a distance can be told only when the model runs' };
  if (samples.length !== 1 && samples.length !== heads)
    return { reason: `a bias of ${samples.length} rows for ${heads} heads` };
  const scaled = samples.map((sample) => sample.map((bias) => factor * bias));
  return {
    kind: 'relative',
    samples: repeated(scaled, heads),
    table: (b, count) => {
      const rows = table(b, count);
      const factored = factor === 1 ? rows : b.op('Mul', [rows, b.float32([factor], [])]);
      return samples.length === heads ? factored : b.op('Expand', [factored, b.int64([heads, 1])]);
    },
  };
}

function repeated<T>(rows: readonly T[], heads: number): readonly T[] {
  const [only] = rows;
  return rows.length === 1 && only !== undefined ? new Array<T>(heads).fill(only) : rows;
}
