import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dimension } from '../../src/index.ts';
import {
  add,
  canonicalDimension,
  ceilDivide,
  evaluateDimension,
  floorDivide,
  leastOf,
  maximum,
  minimum,
  multiply,
  productOf,
  subtract,
  symbolsOf,
} from '../../src/shapes/symbols.ts';

type Tree =
  | number
  | string
  | { readonly op: keyof typeof OPERATIONS; readonly left: Tree; readonly right: Tree };

const OPERATIONS = {
  add: { symbolic: add, numeric: (a: number, b: number) => a + b },
  subtract: { symbolic: subtract, numeric: (a: number, b: number) => a - b },
  multiply: { symbolic: multiply, numeric: (a: number, b: number) => a * b },
  floorDivide: { symbolic: floorDivide, numeric: (a: number, b: number) => Math.floor(a / b) },
  minimum: { symbolic: minimum, numeric: Math.min },
  maximum: { symbolic: maximum, numeric: Math.max },
};

const NAMES = ['a', 'batch', 'sequence_length', 'two words', 'N/A', 'quoted "x"', '2nd'];

const trees: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree; leaf: Tree; node: Tree }>((tie) => ({
  leaf: fc.oneof(fc.integer({ min: -6, max: 9 }), fc.constantFrom(...NAMES)),
  node: fc.record({
    op: fc.constantFrom(...(Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[])),
    left: tie('tree'),
    right: tie('tree'),
  }),
  tree: fc.oneof({ maxDepth: 4 }, tie('leaf'), tie('node')),
})).tree;

const assignments = fc
  .tuple(...NAMES.map(() => fc.integer({ min: 1, max: 40 })))
  .map((sizes) => new Map(NAMES.map((name, i) => [name, sizes[i] ?? 1])));

function symbolic(tree: Tree): Dimension {
  if (typeof tree !== 'object') return tree;
  return OPERATIONS[tree.op].symbolic(symbolic(tree.left), symbolic(tree.right));
}

function numeric(tree: Tree, values: ReadonlyMap<string, number>): number {
  if (typeof tree === 'number') return tree;
  if (typeof tree === 'string') return values.get(tree) ?? Number.NaN;
  return OPERATIONS[tree.op].numeric(numeric(tree.left, values), numeric(tree.right, values));
}

describe('symbols', () => {
  it('prints readable canonical text', () => {
    expect(multiply(2, 'sequence')).toBe('2*sequence');
    expect(multiply('heads', 'batch')).toBe('batch*heads');
    expect(add(1, 'sequence')).toBe('sequence+1');
    expect(floorDivide('sequence', 2)).toBe('floor(sequence/2)');
    expect(subtract(1, 'sequence')).toBe('1-sequence');
    expect(add('past', 'sequence')).toBe(add('sequence', 'past'));
    expect(minimum('a', 4)).toBe('min(4,a)');
    expect(multiply(2, 'N/A')).toBe('2*"N/A"');
  });

  it('reads what exporters write', () => {
    expect(canonicalDimension('sequence - 1')).toBe('sequence-1');
    expect(canonicalDimension('4 + s0*2')).toBe('2*s0+4');
    expect(canonicalDimension('s0//2')).toBe('floor(s0/2)');
    expect(canonicalDimension('Max(1, s0)')).toBe('s0');
    expect(canonicalDimension('64')).toBe(64);
    expect(canonicalDimension('?')).toBeNull();
    expect(canonicalDimension(-1)).toBeNull();
    expect(canonicalDimension('two words')).toBe('two words');
    expect(canonicalDimension('floor(s0/0)')).toBe('floor(s0/0)');
    expect(canonicalDimension(`${'('.repeat(100_000)}s`)).toBeNull();
  });

  it('simplifies', () => {
    expect(subtract(add('a', 'b'), 'b')).toBe('a');
    expect(floorDivide(multiply(multiply('a', 'b'), 12), multiply('b', 4))).toBe('3*a');
    expect(floorDivide(multiply(subtract('a', 1), add('b', 2)), add('b', 2))).toBe('a-1');
    expect(floorDivide(add(multiply(4, 'a'), 5), 4)).toBe('a+1');
    expect(floorDivide(floorDivide('a', 2), 3)).toBe('floor(a/6)');
    expect(ceilDivide('a', 2)).toBe('floor((a+1)/2)');
    expect(minimum(subtract('a', 1), 'a')).toBe('a-1');
    expect(maximum('a', 0)).toBe('a');
    expect(productOf(['a', 0, null])).toBe(0);
  });

  it('takes a symbol for at least 1, and a sum of symbols for no more', () => {
    expect(minimum(1, 'sequence')).toBe(1);
    expect(minimum(1, 'past+sequence')).toBe(1);
    expect(minimum(2, 'past+sequence')).toBe('min(2,past+sequence)');
    expect(leastOf('sequence-1')).toBe(0);
    expect(leastOf('a-b')).toBe(Number.NEGATIVE_INFINITY);
    expect(leastOf(null)).toBe(Number.NEGATIVE_INFINITY);
  });

  it('gives up where nothing is known or numbers grow too large', () => {
    expect(add('a', null)).toBeNull();
    expect(floorDivide('a', 0)).toBeNull();
    expect(multiply(Number.MAX_SAFE_INTEGER, multiply(4, 'a'))).toBeNull();
    expect(evaluateDimension('a+b', new Map([['a', 1]]))).toBeNull();
  });

  it('lists symbols inside nested expressions', () => {
    expect([...symbolsOf('floor((a+b)/2)*c+min(d,7)')].sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(symbolsOf(7).size).toBe(0);
  });

  it('agrees with arithmetic on numbers for every assignment', () => {
    fc.assert(
      fc.property(trees, assignments, (tree, values) => {
        const result = symbolic(tree);
        fc.pre(result !== null);
        const expected = numeric(tree, values);
        fc.pre(Number.isFinite(expected) && Math.abs(expected) < 1e9);
        expect(evaluateDimension(result, values)).toBeCloseTo(expected, 6);
        expect(leastOf(result)).toBeLessThanOrEqual(expected);
      }),
      { numRuns: 3000, seed: 7 },
    );
  });

  it('keeps chains of strided layers short and right', () => {
    const layers = fc.array(
      fc.record({ shift: fc.integer({ min: -3, max: 7 }), divisor: fc.integer({ min: 1, max: 6 }) }),
      { minLength: 2, maxLength: 5 },
    );
    fc.assert(
      fc.property(layers, fc.integer({ min: 1, max: 500 }), (chain, size) => {
        let length: Dimension = 'length';
        let expected = size;
        for (const { shift, divisor } of chain) {
          length = floorDivide(add(length, shift), divisor);
          expected = Math.floor((expected + shift) / divisor);
        }
        expect(evaluateDimension(length, new Map([['length', size]]))).toBe(expected);
        expect(String(length).split('floor').length).toBeLessThanOrEqual(2);
      }),
      { seed: 19 },
    );
  });

  it('reads its own text back to the same text', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const result = symbolic(tree);
        fc.pre(typeof result === 'string');
        expect(canonicalDimension(result)).toBe(result);
        expect(add(result, 0)).toBe(result);
        expect(subtract(result, result)).toBe(0);
      }),
      { numRuns: 2000, seed: 11 },
    );
  });

  it('keeps the laws of arithmetic as text', () => {
    fc.assert(
      fc.property(trees, trees, trees, (x, y, z) => {
        const [a, b, c] = [symbolic(x), symbolic(y), symbolic(z)];
        const left = multiply(a, add(b, c));
        const right = add(multiply(a, b), multiply(a, c));
        fc.pre(left !== null && right !== null);
        expect(left).toBe(right);
        expect(add(a, b)).toBe(add(b, a));
        expect(minimum(a, b)).toBe(minimum(b, a));
      }),
      { numRuns: 1500, seed: 13 },
    );
  });
});
