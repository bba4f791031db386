import { Float16Array, setFloat16 } from '@petamoriken/float16';

/** IEEE 754 binary16, for Node versions without `Float16Array`. */

/** Every pattern's number: a look-up is an order of magnitude faster than decoding one at a time. */
let numbers: Float32Array | undefined;

const scratch = new DataView(new ArrayBuffer(2));

/** The number that sixteen bits stand for. */
export function decodeFloat16(bits: number): number {
  // Made when first needed: it takes as long as starting a small process does.
  numbers ??= Float32Array.from(
    new Float16Array(Uint16Array.from({ length: 2 ** 16 }, (_, each) => each).buffer),
  );
  return numbers[bits] ?? Number.NaN;
}

/**
 * The sixteen bits nearest to `value`, ties to even; from 65,520 on it becomes infinity. For many values there is
 * {@link encodeFloat16Array}.
 */
export function encodeFloat16(value: number): number {
  setFloat16(scratch, 0, value);
  return scratch.getUint16(0);
}

/** The sixteen bits of each of many values, as {@link encodeFloat16} and faster. */
export function encodeFloat16Array(values: ArrayLike<number>): Uint16Array {
  return new Uint16Array(new Float16Array(values).buffer);
}
