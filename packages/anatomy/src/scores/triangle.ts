import type { Tensor } from '@sentei/ir';

/** A constant whose matrices hold one number on and below the diagonal and another above it. */
export interface Triangle {
  readonly lower: number;
  readonly upper: number;
}

const known = new WeakMap<Tensor, Triangle | null>();

/** Reads […, rows, columns]; all leading extents have to be 1. Of one row or column there is no telling. */
export function triangleOf(tensor: Tensor): Triangle | undefined {
  const found = known.get(tensor);
  if (found !== undefined) return found ?? undefined;
  const triangle = read(tensor);
  known.set(tensor, triangle ?? null);
  return triangle;
}

function read(tensor: Tensor): Triangle | undefined {
  const [rows, columns] = tensor.dims.slice(-2);
  if (rows === undefined || columns === undefined || rows < 2 || columns < 2) return undefined;
  if (tensor.dims.slice(0, -2).some((extent) => extent !== 1)) return undefined;
  const numbers = tensor.numbers();
  const [lower, upper] = [numbers[0], numbers[1]];
  if (lower === undefined || upper === undefined) return undefined;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (numbers[row * columns + column] !== (column <= row ? lower : upper)) return undefined;
    }
  }
  return { lower, upper };
}
