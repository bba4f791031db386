import type { Dimension } from '../graph/type.ts';
import {
  atom,
  constant,
  constantOf,
  evaluate,
  extreme,
  least,
  type Polynomial,
  print,
  product,
  quotient,
  scale,
  sum,
} from './polynomial.ts';

/** Longer expressions tell a pass nothing and would make the cost of inference grow faster than the model. */
const MAX_TERMS = 24;
const MAX_TEXT = 240;

/*
 * Arithmetic on dimensions. Expressions are polynomials over symbols and over `floor(a/b)`, `min(a,b)` and `max(a,b)`,
 * printed in a canonical order, so that equal expressions give equal text. The text is the dimension: it is parsed again
 * when it is computed with.
 */

/** Sum of two extents; `null` where either is unknown. */
export function add(a: Dimension, b: Dimension): Dimension {
  return combine(a, b, sum);
}

/** Difference of two extents; `null` where either is unknown. */
export function subtract(a: Dimension, b: Dimension): Dimension {
  return combine(a, b, (x, y) => sum(x, scale(y, -1)));
}

/** Product of two extents: 0 where either is 0, else `null` where either is unknown. */
export function multiply(a: Dimension, b: Dimension): Dimension {
  return a === 0 || b === 0 ? 0 : combine(a, b, product);
}

/** Quotient rounded down; `null` for a zero divisor. */
export function floorDivide(a: Dimension, b: Dimension): Dimension {
  return b === 0 ? null : combine(a, b, quotient);
}

/** Quotient rounded up by a positive number. */
export function ceilDivide(a: Dimension, b: number): Dimension {
  return floorDivide(add(a, b - 1), b);
}

/** The smaller of two extents; `null` where either is unknown. */
export function minimum(a: Dimension, b: Dimension): Dimension {
  return combine(a, b, (x, y) => extreme('min', x, y));
}

/** The larger of two extents; `null` where either is unknown. */
export function maximum(a: Dimension, b: Dimension): Dimension {
  return combine(a, b, (x, y) => extreme('max', x, y));
}

export function productOf(dimensions: readonly Dimension[]): Dimension {
  return dimensions.reduce(multiply, 1);
}

/** The canonical form of a declared extent; `null` for negative numbers and for text that names nothing, such as `?`. */
export function canonicalDimension(dimension: Dimension): Dimension {
  if (typeof dimension === 'number') return dimension >= 0 ? dimension : null;
  if (dimension === null) return null;
  return /[\p{L}\p{N}]/u.test(dimension) ? toDimension(parse(dimension)) : null;
}

/** The least a dimension can be, as far as its form tells; `-Infinity` where it does not. */
export function leastOf(dimension: Dimension): number {
  if (dimension === null) return Number.NEGATIVE_INFINITY;
  return typeof dimension === 'number' ? dimension : least(parse(dimension));
}

/** Names of the symbols in a dimension. */
export function symbolsOf(dimension: Dimension): Set<string> {
  const names = new Set<string>();
  const visit = (polynomial: Polynomial): void => {
    for (const atom of polynomial.flatMap((term) => term.factors)) {
      if (atom.kind === 'symbol') names.add(atom.name);
      atom.operands.forEach(visit);
    }
  };
  if (typeof dimension === 'string') visit(parse(dimension));
  return names;
}

/** The number a dimension is when its symbols have the given values; `null` where one has none. */
export function evaluateDimension(dimension: Dimension, values: ReadonlyMap<string, number>): number | null {
  if (typeof dimension !== 'string') return dimension;
  const result = evaluate(parse(dimension), values);
  return Number.isFinite(result) ? result : null;
}

function combine(
  a: Dimension,
  b: Dimension,
  operation: (x: Polynomial, y: Polynomial) => Polynomial,
): Dimension {
  return a === null || b === null ? null : toDimension(operation(toPolynomial(a), toPolynomial(b)));
}

function toPolynomial(dimension: number | string): Polynomial {
  return typeof dimension === 'number' ? constant(dimension) : parse(dimension);
}

function toDimension(polynomial: Polynomial): Dimension {
  if (polynomial.some((term) => !Number.isSafeInteger(term.coefficient))) return null;
  const number = constantOf(polynomial);
  if (number !== undefined) return number;
  if (polynomial.length > MAX_TERMS) return null;
  const [only] = polynomial;
  const [factor, ...others] = only?.factors ?? [];
  const alone = polynomial.length === 1 && only?.coefficient === 1 && others.length === 0;
  const text = alone && factor?.kind === 'symbol' ? factor.name : print(polynomial);
  return text.length > MAX_TEXT ? null : text;
}

/** A model has few expressions and meets each of them on every node. */
const PARSED = new Map<string, Polynomial>();
const MOST_PARSED = 4096;

function parse(text: string): Polynomial {
  const known = PARSED.get(text);
  if (known !== undefined) return known;
  if (text.length > MAX_TEXT) return atom('symbol', text);
  if (PARSED.size >= MOST_PARSED) PARSED.clear();
  const polynomial = parseText(text);
  PARSED.set(text, polynomial);
  return polynomial;
}

/** Text that is no expression is the name of a symbol as a whole. */
function parseText(text: string): Polynomial {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|\/\/|[-+*/(),]|[^\s+\-*/(),"]+|\S/gs) ?? [];
  const parser = new Parser(tokens);
  return parser.whole() ?? atom('symbol', text);
}

class Parser {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  whole(): Polynomial | undefined {
    const result = this.#sum();
    return this.#at === this.#tokens.length ? result : undefined;
  }

  #take(...tokens: string[]): string | undefined {
    const token = this.#tokens[this.#at];
    if (token === undefined || !tokens.includes(token)) return undefined;
    this.#at++;
    return token;
  }

  #sum(): Polynomial | undefined {
    const negative = this.#take('-') !== undefined;
    let total = this.#product();
    if (negative && total) total = scale(total, -1);
    for (let sign = this.#take('+', '-'); sign && total; sign = this.#take('+', '-')) {
      const next = this.#product();
      total = next && sum(total, sign === '-' ? scale(next, -1) : next);
    }
    return total;
  }

  #product(): Polynomial | undefined {
    let total = this.#factor();
    for (let sign = this.#take('*', '//'); sign && total; sign = this.#take('*', '//')) {
      const next = this.#factor();
      if (next === undefined || (sign === '//' && next.length === 0)) return undefined;
      total = sign === '*' ? product(total, next) : quotient(total, next);
    }
    return total;
  }

  #factor(): Polynomial | undefined {
    if (this.#take('(')) {
      const inner = this.#sum();
      return this.#take(')') ? inner : undefined;
    }
    const token = this.#tokens[this.#at++];
    if (token === undefined) return undefined;
    if (/^\d+$/.test(token)) return constant(Number(token));
    if (/^".*"$/s.test(token)) return atom('symbol', token.slice(1, -1).replace(/\\(.)/gs, '$1'));
    if (/^[\d+\-*/(),"]/.test(token)) return undefined;
    return this.#take('(') ? this.#call(token.toLowerCase()) : atom('symbol', token);
  }

  #call(name: string): Polynomial | undefined {
    const a = name === 'floor' ? this.#product() : this.#sum();
    const separated = this.#take(name === 'floor' ? '/' : ',');
    const b = separated && (name === 'floor' ? this.#factor() : this.#sum());
    if (!a || !b || !this.#take(')')) return undefined;
    if (name === 'floor') return b.length === 0 ? undefined : quotient(a, b);
    return name === 'min' || name === 'max' ? extreme(name, a, b) : undefined;
  }
}
