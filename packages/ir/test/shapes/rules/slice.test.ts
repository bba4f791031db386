import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateDimension, Tensor } from '../../../src/index.ts';
import { slicedExtent } from '../../../src/shapes/rules/slice.ts';
import { infer, ints } from '../support.ts';

const list = (values: readonly number[]) => values.map(BigInt);

describe('slice rule', () => {
  it('cuts symbolic axes', () => {
    expect(infer('Slice', ['float32[b,s,8]', ints(0), ints(-1), ints(1)])).toEqual(['float32[b,s-1,8]']);
    expect(infer('Slice', ['float32[b,s,8]', ints(0), ints(1), ints(1)])).toEqual(['float32[b,1,8]']);
    expect(infer('Slice', ['float32[b,s]', ints(1), ints(2 ** 53), ints(-1)])).toEqual(['float32[b,s-1]']);
    expect(infer('Slice', ['float32[s]', ints(0), Tensor.int64([2n ** 63n - 1n]), ints(0), ints(2)])).toEqual(
      ['float32[floor((s+1)/2)]'],
    );
    expect(infer('Slice', ['float32[s]', ints(-1), Tensor.int64([-(2n ** 63n)]), ints(0), ints(-1)])).toEqual(
      ['float32[s]'],
    );
    expect(infer('Slice', ['float32[9]', ints(0), { shapeOf: 'float32[s]' }])).toEqual(['float32[min(9,s)]']);
    const toEnd = ints(2 ** 53);
    expect(infer('Slice', ['float32[9]', ints(-4), toEnd])).toEqual(['float32[4]']);
    expect(infer('Slice', ['float32[s]', ints(-4), toEnd])).toEqual(['float32[min(4,s)]']);
    expect(infer('Slice', ['float32[b,s]', 'int64[1]', ints(3), ints(0)])).toEqual(['float32[?,s]']);
    expect(infer('Slice', ['float32[b,s]', 'int64', 'int64', 'int64'])).toEqual(['float32[?,?]']);
  });

  it('takes attributes before opset 10', () => {
    const attributes = { starts: [1n], ends: [3n], axes: [1n] };
    expect(infer('Slice', ['float32[b,8]'], { opset: 9, attributes })).toEqual(['float32[b,2]']);
  });

  it('cuts contents', () => {
    const shape = { shapeOf: 'float32[a,b,c,d]' };
    expect(infer('Slice', [shape, ints(1), ints(3)])).toEqual(['int64[2] = b,c']);
    expect(infer('Slice', [shape, ints(-1), ints(-9), ints(0), ints(-2)])).toEqual(['int64[2] = d,b']);
  });

  it('cuts contents of more axes, as pads are turned round', () => {
    const pads = Tensor.int64([0, 1, 2, 3, 4, 5], [3, 2]);
    expect(infer('Slice', [pads, ints(-1), ints(-9), ints(0), ints(-1)])).toEqual([
      'int64[3,2] = 4,5,2,3,0,1',
    ]);
    expect(infer('Slice', [pads, ints(1), ints(2), ints(1)])).toEqual(['int64[3,1] = 1,3,5']);
  });

  it('reports bounds that do not fit', () => {
    expect(infer('Slice', ['float32[4]', ints(0), ints(1, 2)])[1]).toBe('! 2 bounds are given for 1 axes');
    expect(infer('Slice', ['float32[4]', ints(0), ints(1), ints(0), ints(0)])[1]).toBe('! a step is 0');
    expect(infer('Slice', ['float32[4]'])[1]).toBe('! it has no starts or no ends');
  });

  it('counts as many elements as a loop does, for numbers and for symbols', () => {
    const bound = fc.integer({ min: -12, max: 12 });
    const step = fc.integer({ min: -3, max: 3 }).filter((value) => value !== 0);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), bound, bound, step, (extent, start, end, by) => {
        const elements = Array.from({ length: extent }, (_, i) => i);
        const picked = countPicked(elements.length, start, end, by);
        expect(slicedExtent(extent, start, end, by)).toBe(picked);
        const symbolic = slicedExtent('n', start, end, by);
        expect(evaluateDimension(symbolic, new Map([['n', extent]]))).toBe(picked);
        const attributes = { starts: list([start]), ends: list([end]) };
        if (by === 1)
          expect(infer('Slice', [`float32[${extent}]`], { opset: 9, attributes })).toEqual([
            `float32[${picked}]`,
          ]);
      }),
      { seed: 3, numRuns: 400 },
    );
  });
});

/** The specification's own words: bounds that count from the back are added to the extent, then clamped. */
function countPicked(extent: number, start: number, end: number, step: number): number {
  const front = (bound: number) => (bound < 0 ? bound + extent : bound);
  const clamp = (bound: number, low: number, high: number) => Math.min(Math.max(bound, low), high);
  const from = clamp(front(start), 0, step > 0 ? extent : extent - 1);
  const to = clamp(front(end), step > 0 ? 0 : -1, step > 0 ? extent : extent - 1);
  let count = 0;
  for (let at = from; step > 0 ? at < to : at > to; at += step) count++;
  return count;
}
