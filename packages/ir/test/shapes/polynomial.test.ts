import { describe, expect, it } from 'vitest';
import {
  atom,
  constant,
  constantOf,
  evaluate,
  extreme,
  least,
  print,
  product,
  quotient,
  scale,
  sum,
} from '../../src/shapes/polynomial.ts';

const [n, m] = [atom('symbol', 'n'), atom('symbol', 'm')];

describe('polynomial', () => {
  it('keeps terms in one order, the constant last', () => {
    expect(print(sum(constant(1), sum(m, product(n, m))))).toBe('m*n+m+1');
    expect(sum(n, scale(n, -1))).toEqual([]);
    expect(print([])).toBe('0');
  });

  it('knows constants', () => {
    expect(constantOf(constant(0))).toBe(0);
    expect(constantOf(constant(-3))).toBe(-3);
    expect(constantOf(n)).toBeUndefined();
  });

  it('divides exactly where it can and rounds down elsewhere', () => {
    const square = product(sum(n, m), sum(n, scale(m, -1)));
    expect(print(quotient(square, sum(n, m)))).toBe('n-m');
    expect(print(quotient(square, constant(2)))).toBe('floor((m*m+n*n)/2)-m*m');
    expect(print(quotient(n, constant(-2)))).toBe('floor(n/2)-n');
    expect(print(quotient(n, sum(m, constant(1))))).toBe('floor(n/(m+1))');
  });

  it('decides minimum and maximum where the difference has one sign', () => {
    expect(print(extreme('min', sum(n, constant(2)), n))).toBe('n');
    expect(print(extreme('max', n, m))).toBe('max(m,n)');
    expect(print(extreme('max', constant(2), constant(5)))).toBe('5');
  });

  it('bounds from below', () => {
    expect(least(sum(n, constant(3)))).toBe(4);
    expect(least(scale(n, 3))).toBe(3);
    expect(least(quotient(sum(n, constant(5)), constant(4)))).toBe(1);
    expect(least(extreme('max', n, sum(m, constant(2))))).toBe(3);
    expect(least(scale(n, -1))).toBe(Number.NEGATIVE_INFINITY);
  });

  it('evaluates', () => {
    const values = new Map([
      ['n', 7],
      ['m', 2],
    ]);
    expect(evaluate(quotient(n, m), values)).toBe(3);
    expect(evaluate(extreme('min', n, m), values)).toBe(2);
  });
});
