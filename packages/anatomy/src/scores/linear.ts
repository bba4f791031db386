import { addDimensions, type Dimension, multiplyDimensions, subtractDimensions } from '@sentei/ir';

/** constant + symbolic + Σ coefficient · term, the terms being what is not known before the model runs. */
export interface Linear {
  readonly constant: number;
  /** An extent such as the number of keys; 0 where there is none. */
  readonly symbolic: Dimension;
  readonly terms: ReadonlyMap<string, number>;
}

const NO_TERMS: ReadonlyMap<string, number> = new Map();

export function linear(
  constant: number,
  terms: ReadonlyMap<string, number> = NO_TERMS,
  symbolic: Dimension = 0,
): Linear {
  return { constant, symbolic, terms };
}

export function term(name: string): Linear {
  return linear(0, new Map([[name, 1]]));
}

/** A number without terms, or `undefined`. */
export function numberOf({ constant, symbolic, terms }: Linear): number | undefined {
  return terms.size === 0 && symbolic === 0 ? constant : undefined;
}

export function sum(a: Linear, b: Linear): Linear | undefined {
  const symbolic =
    a.symbolic === 0 ? b.symbolic : b.symbolic === 0 ? a.symbolic : addDimensions(a.symbolic, b.symbolic);
  if (symbolic === null) return undefined;
  const terms = new Map(a.terms);
  for (const [name, coefficient] of b.terms) {
    const total = (terms.get(name) ?? 0) + coefficient;
    if (total === 0) terms.delete(name);
    else terms.set(name, total);
  }
  return normal(a.constant + b.constant, symbolic, terms);
}

export function scale(a: Linear, factor: number): Linear | undefined {
  if (!Number.isFinite(factor) && a.terms.size > 0) return undefined;
  const terms = new Map(
    factor === 0 ? [] : [...a.terms].map(([name, each]) => [name, each * factor] as const),
  );
  if (a.symbolic === 0) return linear(a.constant * factor, terms);
  if (!Number.isInteger(factor)) return undefined;
  const symbolic = factor === -1 ? subtractDimensions(0, a.symbolic) : multiplyDimensions(a.symbolic, factor);
  return symbolic === null ? undefined : normal(a.constant * factor, symbolic, terms);
}

/** Numbers that a symbolic part comes down to belong to the constant. */
function normal(constant: number, symbolic: Dimension, terms: ReadonlyMap<string, number>): Linear {
  return typeof symbolic === 'number'
    ? linear(constant + symbolic, terms)
    : linear(constant, terms, symbolic);
}
