import { DATA_TYPES, type Node, Tensor } from '@sentei/ir';
import { integers } from './arithmetic.ts';

const FLOATS = ['float16', 'float32', 'float64', 'bfloat16'] as const;

/**
 * A Cast of a constant, where the result is defined and every runtime agrees on it: not from floats that the integer
 * type does not hold, and not from integers that a double does not.
 */
export function cast(node: Node, [x]: readonly (Tensor | undefined)[]): Tensor | undefined {
  const to = node.int('to');
  if (x === undefined || to === undefined) return undefined;
  const float = FLOATS.find((type) => DATA_TYPES[type] === to);
  const integer = (['int32', 'int64'] as const).find((type) => DATA_TYPES[type] === to);
  const whole = /^u?int(8|16|32|64)$|^bool$/.test(x.dataType);
  if (!whole && !x.isFloat) return undefined;
  if (to === DATA_TYPES.bool)
    return Tensor.bool(
      [...x.numbers()].map((value) => value !== 0),
      x.dims,
    );
  if (float !== undefined) {
    const numbers = x.numbers();
    // Rounding to float16 or bfloat16 goes through float32 in some runtimes: only exact steps are taken.
    const narrow = float === 'float16' || float === 'bfloat16';
    const result = Tensor.floats(numbers, x.dims, float);
    const exact = !narrow || result.numbers().every((value, i) => Object.is(value, numbers[i]));
    return exact && numbers.every((value) => !whole || Number.isSafeInteger(value)) ? result : undefined;
  }
  if (integer === undefined) return undefined;
  if (whole) return integers(x.bigints(), x.dims, integer);
  const limit = integer === 'int32' ? 2 ** 31 : 2 ** 63;
  const values = [...x.numbers()].map(Math.trunc);
  if (values.some((value) => !(value >= -limit && value < limit))) return undefined;
  return integers(values.map(BigInt), x.dims, integer);
}
