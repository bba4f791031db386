import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  broadcastDims,
  broadcastPositions,
  positions,
  sizeOf,
  stridesOf,
} from '../../src/folding/broadcast.ts';

describe('broadcast', () => {
  it('follows the rules of NumPy', () => {
    expect(broadcastDims([2, 1, 3], [4, 1])).toEqual([2, 4, 3]);
    expect(broadcastDims([], [2])).toEqual([2]);
    expect(broadcastDims([0], [1])).toEqual([0]);
    expect(broadcastDims([2], [3])).toBeUndefined();
  });

  it('gives the position that each element is a copy of', () => {
    expect(broadcastPositions([2, 1], [2, 3])).toEqual([0, 0, 0, 1, 1, 1]);
    expect(broadcastPositions([3], [2, 3])).toEqual([0, 1, 2, 0, 1, 2]);
    expect(broadcastPositions([], [2])).toEqual([0, 0]);
  });

  it('walks a shape in its own strides in order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }), (dims) => {
        const expected = Array.from({ length: sizeOf(dims) }, (_, i) => i);
        expect(positions(dims, stridesOf(dims))).toEqual(expected);
      }),
    );
  });
});
