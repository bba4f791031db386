import type { Interval } from '@sentei/ir';
import type { CriterionDefinition } from './budget.ts';

type Unit = CriterionDefinition['unit'];

const MOST_DIGITS = 12;

/** `0.0123` as `1.23 %`, `1.5` as `1.50 x`; a number that is none of these with four significant digits. */
export function formatValue(value: number, unit: Unit, digits = 2): string {
  if (!Number.isFinite(value)) return String(value);
  if (unit === 'per cent') return `${withoutMinusZero((100 * value).toFixed(digits))} %`;
  if (unit === 'ratio') return `${value.toFixed(digits)} x`;
  return String(Number(value.toPrecision(digits + 2)));
}

/** Two values with as many digits as it takes to tell them apart. */
export function formatPair(a: number, b: number, unit: Unit): readonly [string, string] {
  for (let digits = 2; digits < MOST_DIGITS; digits += 1) {
    const [first, second] = [formatValue(a, unit, digits), formatValue(b, unit, digits)];
    if (first !== second) return [first, second];
    if (Object.is(a, b)) return [first, second];
  }
  return [formatValue(a, unit, MOST_DIGITS), formatValue(b, unit, MOST_DIGITS)];
}

/** `[0.20 %, 1.10 %] at 95 %`. */
export function formatInterval({ lower, upper, confidence }: Interval, unit: Unit): string {
  const ends = [lower, upper].map((end) => formatValue(end, unit));
  return `[${ends.join(', ')}] at ${Number((100 * confidence).toFixed(3))} %`;
}

function withoutMinusZero(text: string): string {
  return /^-0\.?0*$/.test(text) ? text.slice(1) : text;
}
