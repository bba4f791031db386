import type { Dimension } from '../../graph/type.ts';
import type { RuleContext } from '../rule.ts';
import { add, ceilDivide, floorDivide, multiply, subtract } from '../symbols.ts';

/** How windows slide along the spatial axes of a convolution or pool. */
export interface Windows {
  readonly strides: readonly number[];
  /** Extent of a window with its dilation, per axis; `null` where the kernel is not known. */
  readonly spans: readonly Dimension[];
  readonly begins: readonly number[];
  readonly ends: readonly number[];
  readonly automatic: string;
}

/** Reads the attributes that convolutions and pools share. @throws MalformedNode when their lengths do not fit. */
export function readWindows(context: RuleContext, kernel: readonly Dimension[]): Windows {
  const rank = kernel.length;
  const list = (name: string, length: number, value: number) => {
    const found = context.ints(name) ?? new Array<number>(length).fill(value);
    return found.length === length
      ? found
      : context.fail(`${name} has ${found.length} numbers for ${rank} axes`);
  };
  const pads = list('pads', 2 * rank, 0);
  const strides = list('strides', rank, 1);
  const dilations = list('dilations', rank, 1);
  if (strides.some((stride) => stride < 1)) context.fail(`strides are [${strides}]`);
  return {
    strides,
    spans: kernel.map((extent, i) => add(multiply(subtract(extent, 1), dilations[i] ?? 1), 1)),
    begins: pads.slice(0, rank),
    ends: pads.slice(rank),
    automatic: context.string('auto_pad') ?? 'NOTSET',
  };
}

/** Number of window positions along one axis. */
export function slide(windows: Windows, axis: number, extent: Dimension, roundsUp = false): Dimension {
  const stride = windows.strides[axis] ?? 1;
  const span = windows.spans[axis] ?? null;
  if (windows.automatic.startsWith('SAME')) return ceilDivide(extent, stride);
  const valid = windows.automatic === 'VALID';
  const begin = valid ? 0 : (windows.begins[axis] ?? 0);
  const end = valid ? 0 : (windows.ends[axis] ?? 0);
  const room = subtract(add(extent, begin + end), span);
  if (!roundsUp) return add(floorDivide(room, stride), 1);
  const count = add(ceilDivide(room, stride), 1);
  // A window that would start in the padding behind the data is left out.
  if (typeof span === 'number' && end + stride <= span) return count;
  if (typeof count !== 'number' || typeof extent !== 'number') return null;
  return (count - 1) * stride >= extent + begin ? count - 1 : count;
}
