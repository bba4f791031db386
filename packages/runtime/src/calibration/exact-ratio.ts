/** Bits that a quotient is computed to before it is rounded to the 53 of a number. */
const PRECISION = 80;

/** `numerator` / `denominator` · 2^`exponent`, rounded once or, close to the smallest numbers, twice. */
export function exactRatio(numerator: bigint, denominator: bigint, exponent = 0): number {
  const shift = PRECISION + bitLength(denominator) - bitLength(numerator);
  const [over, under] =
    shift >= 0 ? [numerator << BigInt(shift), denominator] : [numerator, denominator << BigInt(-shift)];
  const quotient = Number(over / under);
  // In two steps, since 2^-shift alone may be too small for a number where the product is not.
  const power = exponent - shift;
  const half = Math.trunc(power / 2);
  return quotient * 2 ** half * 2 ** (power - half);
}

function bitLength(value: bigint): number {
  return (value < 0n ? -value : value).toString(2).length;
}
