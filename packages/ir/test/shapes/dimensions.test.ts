import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dimension } from '../../src/index.ts';
import {
  broadcastDimension,
  broadcastShapes,
  differs,
  elementCount,
  joinShapes,
  mergeDimension,
  signOf,
} from '../../src/shapes/dimensions.ts';

describe('dimensions', () => {
  it('broadcasts extents', () => {
    expect(broadcastDimension(1, 'a')).toBe('a');
    expect(broadcastDimension('a', 'a')).toBe('a');
    expect(broadcastDimension('a', 5)).toBe(5);
    expect(broadcastDimension(null, 5)).toBe(5);
    expect(broadcastDimension('a', 'b')).toBeNull();
    expect(broadcastDimension(1, null)).toBeNull();
    expect(broadcastDimension(2, 3)).toBeUndefined();
    // A table cut to the length is as long as that, or does not fit.
    expect(broadcastDimension('a', 'min(9,a)')).toBe('a');
    expect(broadcastDimension('min(9,a+1)', 'a+1')).toBe('a+1');
    expect(broadcastDimension('min(9,b)', 'a')).toBeNull();
    expect(broadcastDimension('min(a,b)', 'a')).toBeNull();
  });

  it('broadcasts shapes whatever their order', () => {
    const extent = fc.constantFrom<Dimension>(1, 4, 'a', 'b', null);
    const shape = fc.array(extent, { maxLength: 4 });
    fc.assert(
      fc.property(shape, shape, (a, b) => {
        expect(broadcastShapes([a, b])).toEqual(broadcastShapes([b, a]));
        expect(broadcastShapes([a, []])).toEqual(a);
      }),
      { seed: 1 },
    );
    expect(broadcastShapes([])).toEqual([]);
    expect(broadcastShapes([[2], [3]])).toBeUndefined();
  });

  it('joins and merges', () => {
    expect(joinShapes(['a', 2], ['a', 3])).toEqual(['a', null]);
    expect(joinShapes([2], [2, 2])).toBeUndefined();
    expect(mergeDimension('a', 4)).toBe(4);
    expect(mergeDimension(null, 'a')).toBe('a');
    expect(mergeDimension('a', 'b')).toBe('a');
    expect(mergeDimension(3, 4)).toBeUndefined();
  });

  it('compares only what it knows', () => {
    expect(differs(2, 3)).toBe(true);
    expect(differs('a', 3)).toBe(false);
    expect(elementCount([2, 3])).toBe(6);
    expect(elementCount(['a', 3])).toBeUndefined();
    expect(elementCount(undefined)).toBeUndefined();
    expect(signOf('a-1')).toBe('natural');
    expect(signOf('-a')).toBe('negative');
    expect(signOf('a-b')).toBeUndefined();
    expect(signOf(-(2 ** 63))).toBe('negative');
  });
});
