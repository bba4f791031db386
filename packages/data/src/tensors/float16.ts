/** IEEE 754 binary16, for Node versions without `Float16Array`. */

const SMALLEST_SUBNORMAL = 2 ** -24;

/** The number that sixteen bits stand for. */
export function decodeFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * SMALLEST_SUBNORMAL;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (0x400 + fraction) * 2 ** (exponent - 25);
}

/** The sixteen bits nearest to `value`, ties to even; beyond 65,504 it becomes infinity. */
export function encodeFloat16(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude >= 65520) return sign | 0x7c00;
  // Spacing of float16 numbers around the magnitude: 2^-24 below 2^-14, then 2^(e-10).
  let exponent = Math.max(-14, Math.floor(Math.log2(magnitude)));
  if (magnitude < 2 ** exponent && exponent > -14) exponent -= 1;
  const steps = roundHalfToEven(magnitude / 2 ** (exponent - 10));
  // `steps` is in [0, 2048]; a carry into 2048 moves on to the next exponent by itself.
  return sign | ((exponent + 14) * 0x400 + steps);
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
