/** `floor(a/b)`, `min(a,b)` and `max(a,b)` keep their operands; a symbol is known by its name alone. */
export interface Atom {
  readonly kind: 'symbol' | 'floor' | 'min' | 'max';
  readonly name: string;
  /** How the atom is written inside an expression. */
  readonly text: string;
  readonly operands: readonly Polynomial[];
}

export interface Term {
  readonly coefficient: number;
  readonly factors: readonly Atom[];
}

/** Terms with distinct factors and coefficients other than 0, in graded lexicographic order: the constant comes last. */
export type Polynomial = readonly Term[];

const MOST_STEPS = 32;

export function constant(value: number): Polynomial {
  return value === 0 ? [] : [{ coefficient: value, factors: [] }];
}

export function constantOf(polynomial: Polynomial): number | undefined {
  const [first] = polynomial;
  if (first === undefined) return 0;
  return first.factors.length === 0 ? first.coefficient : undefined;
}

export function atom(kind: Atom['kind'], name: string, operands: readonly Polynomial[] = []): Polynomial {
  const plain = kind !== 'symbol' || /^[^\s\d+\-*/(),"][^\s+\-*/(),"]*$/.test(name);
  return [{ coefficient: 1, factors: [{ kind, name, operands, text: plain ? name : quote(name) }] }];
}

function quote(name: string): string {
  return `"${name.replace(/["\\]/g, '\\$&')}"`;
}

function compareFactors(a: readonly Atom[], b: readonly Atom[]): number {
  if (a.length !== b.length) return b.length - a.length;
  const at = a.findIndex((factor, i) => factor.text !== b[i]?.text);
  return at < 0 ? 0 : (a[at]?.text ?? '') < (b[at]?.text ?? '') ? -1 : 1;
}

/** Adds up like terms and sorts them in graded lexicographic order, so the constant comes last. */
function collect(terms: readonly Term[]): Polynomial {
  const sorted = [...terms].sort((a, b) => compareFactors(a.factors, b.factors));
  const merged: Term[] = [];
  for (const term of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && compareFactors(last.factors, term.factors) === 0) {
      merged[merged.length - 1] = { ...last, coefficient: last.coefficient + term.coefficient };
    } else merged.push(term);
  }
  return merged.filter((term) => term.coefficient !== 0);
}

export function sum(a: Polynomial, b: Polynomial): Polynomial {
  return collect([...a, ...b]);
}

export function scale(a: Polynomial, by: number): Polynomial {
  return a.map((term) => ({ ...term, coefficient: term.coefficient * by }));
}

function times(a: Term, b: Term): Term {
  const factors = [...a.factors, ...b.factors].sort((x, y) => compareFactors([x], [y]));
  return { coefficient: a.coefficient * b.coefficient, factors };
}

export function product(a: Polynomial, b: Polynomial): Polynomial {
  return collect(a.flatMap((x) => b.map((y) => times(x, y))));
}

function divideTerm(a: Term, b: Term): Term | undefined {
  const factors = [...a.factors];
  for (const factor of b.factors) {
    const at = factors.findIndex((candidate) => candidate.text === factor.text);
    if (at < 0) return undefined;
    factors.splice(at, 1);
  }
  return a.coefficient % b.coefficient === 0
    ? { coefficient: a.coefficient / b.coefficient, factors }
    : undefined;
}

/** Long division that succeeds only when nothing remains. */
function exactQuotient(a: Polynomial, b: Polynomial): Polynomial | undefined {
  const [divisor] = b;
  let rest = a;
  const terms: Term[] = [];
  while (rest.length > 0) {
    const [leading] = rest;
    const term = leading && divisor && divideTerm(leading, divisor);
    if (term === undefined || terms.length > MOST_STEPS) return undefined;
    terms.push(term);
    rest = sum(rest, scale(product([term], b), -1));
  }
  return collect(terms);
}

export function quotient(a: Polynomial, b: Polynomial): Polynomial {
  const exact = exactQuotient(a, b);
  if (exact !== undefined) return exact;
  const divisor = constantOf(b);
  if (divisor === undefined) return atom('floor', printQuotient(a, b), [a, b]);
  if (divisor < 0) return quotient(scale(a, -1), constant(-divisor));
  const whole = collect(a.map((t) => ({ ...t, coefficient: Math.floor(t.coefficient / divisor) })));
  const part = collect(a.map((t) => ({ ...t, coefficient: modulo(t.coefficient, divisor) })));
  const common = part.reduce((g, t) => (t.factors.length > 0 ? gcd(g, t.coefficient) : g), divisor);
  const reduced = collect(part.map((t) => ({ ...t, coefficient: Math.floor(t.coefficient / common) })));
  return sum(whole, properQuotient(reduced, divisor / common));
}

/** `floor(a/divisor)` where the coefficients of `a` are already smaller than the divisor. */
function properQuotient(a: Polynomial, divisor: number): Polynomial {
  if (divisor === 1) return a;
  if (constantOf(a) !== undefined) return [];
  const [first, second, ...others] = a;
  const [inner, ...factors] = first?.factors ?? [];
  const shift = second === undefined ? 0 : second.factors.length === 0 ? second.coefficient : undefined;
  const simple = first?.coefficient === 1 && factors.length === 0 && others.length === 0;
  const [top, bottom] = inner?.kind === 'floor' ? inner.operands : [];
  const innerDivisor = bottom && constantOf(bottom);
  if (simple && top && innerDivisor !== undefined && shift !== undefined) {
    // floor((floor(x/p) + k)/q) = floor((x + k p)/(p q)): chains of strided layers stay short.
    return quotient(sum(top, constant(shift * innerDivisor)), constant(innerDivisor * divisor));
  }
  return atom('floor', printQuotient(a, constant(divisor)), [a, constant(divisor)]);
}

export function extreme(kind: 'min' | 'max', a: Polynomial, b: Polynomial): Polynomial {
  const difference = sum(a, scale(b, -1));
  if (least(difference) >= 0) return kind === 'max' ? a : b;
  if (least(scale(difference, -1)) >= 0) return kind === 'max' ? b : a;
  const operands = [a, b].sort((x, y) => (print(x) < print(y) ? -1 : 1));
  return atom(kind, `${kind}(${operands.map(print).join(',')})`, operands);
}

/**
 * The least value, as far as the form tells. Axes are taken not to be empty: a symbol is at least 1, but a sum of symbols
 * is taken to be no more than its least term, since lengths such as that of a cache may start at 0.
 */
export function least(polynomial: Polynomial): number {
  const last = polynomial.at(-1);
  const offset = last?.factors.length === 0 ? last.coefficient : 0;
  const bounds = polynomial
    .filter((term) => term.factors.length > 0)
    .map(({ coefficient, factors }) => {
      const ofFactors = factors.map(leastOfAtom);
      const certain = coefficient > 0 && ofFactors.every((bound) => bound >= 0);
      return certain ? ofFactors.reduce((p, bound) => p * bound, coefficient) : Number.NEGATIVE_INFINITY;
    });
  return bounds.length === 0 ? offset : offset + Math.min(...bounds);
}

function leastOfAtom({ kind, operands }: Atom): number {
  if (kind === 'symbol') return 1;
  const [a, b] = operands.map(least);
  if (a === undefined || b === undefined) return Number.NEGATIVE_INFINITY;
  if (kind === 'min') return Math.min(a, b);
  if (kind === 'max') return Math.max(a, b);
  const divisor = operands[1] && constantOf(operands[1]);
  if (divisor !== undefined) return Math.floor(a / divisor);
  return a >= 0 && b > 0 ? 0 : Number.NEGATIVE_INFINITY;
}

export function evaluate(polynomial: Polynomial, values: ReadonlyMap<string, number>): number {
  const ofAtom = ({ kind, name, operands }: Atom): number => {
    const [a = Number.NaN, b = Number.NaN] = operands.map((operand) => evaluate(operand, values));
    if (kind === 'symbol') return values.get(name) ?? Number.NaN;
    return kind === 'floor' ? Math.floor(a / b) : Math[kind](a, b);
  };
  return polynomial.reduce(
    (total, { coefficient, factors }) => total + factors.reduce((p, f) => p * ofAtom(f), coefficient),
    0,
  );
}

/** Positive terms first: `1-sequence` reads better than `-sequence+1`. */
export function print(polynomial: Polynomial): string {
  if (polynomial.length === 0) return '0';
  const ordered = [
    ...polynomial.filter((t) => t.coefficient > 0),
    ...polynomial.filter((t) => t.coefficient < 0),
  ];
  return ordered.map((term, i) => printTerm(term, i > 0)).join('');
}

function printTerm({ coefficient, factors }: Term, follows: boolean): string {
  const sign = coefficient < 0 ? '-' : follows ? '+' : '';
  const size = Math.abs(coefficient);
  const texts = factors.map((factor) => factor.text);
  return sign + (size === 1 && texts.length > 0 ? texts : [size, ...texts]).join('*');
}

function printQuotient(a: Polynomial, b: Polynomial): string {
  const [top] = a;
  const [bottom] = b;
  const plainTop = a.length === 1 && (top?.coefficient ?? 0) > 0;
  const plainBottom = b.length === 1 && bottom !== undefined && isPlain(bottom);
  return `floor(${plainTop ? print(a) : `(${print(a)})`}/${plainBottom ? print(b) : `(${print(b)})`})`;
}

function isPlain({ coefficient, factors }: Term): boolean {
  return coefficient > 0 && (factors.length === 0 || (factors.length === 1 && coefficient === 1));
}

function modulo(a: number, b: number): number {
  return ((a % b) + b) % b;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
