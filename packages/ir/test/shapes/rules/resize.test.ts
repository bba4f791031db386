import { describe, expect, it } from 'vitest';
import { type AttributeValue, Tensor } from '../../../src/index.ts';
import { infer, ints } from '../support.ts';

const scales = (...values: number[]) => Tensor.floats(values);

describe('resize rules', () => {
  it('takes sizes', () => {
    expect(infer('Resize', ['float32[n,3,8,w]', null, null, ints(1, 3, 16, 5)])).toEqual([
      'float32[1,3,16,5]',
    ]);
    const attributes = { axes: [2n, 3n], keep_aspect_ratio_policy: 'not_larger' };
    expect(infer('Resize', ['float32[n,3,8,4]', null, null, ints(16, 6)], { attributes })).toEqual([
      'float32[n,3,12,6]',
    ]);
  });

  it('takes scales', () => {
    expect(infer('Resize', ['float32[n,3,7,w]', null, scales(1, 1, 1.5, 2)])).toEqual([
      'float32[n,3,10,2*w]',
    ]);
    expect(infer('Resize', ['float32[h,w]', scales(0.5, 1.5)], { opset: 10 })).toEqual([
      'float32[floor(h/2),?]',
    ]);
    expect(infer('Resize', ['float32[h,w]', null, 'float32[2]'])).toEqual(['float32[?,?]']);
    const attributes: Record<string, AttributeValue> = { scales: [1, 2] };
    expect(infer('Upsample', ['float32[h,3]'], { opset: 7, attributes })).toEqual(['float32[h,6]']);
    expect(infer('Upsample', ['float32[h,3]', scales(1, 2)], { opset: 9 })).toEqual(['float32[h,6]']);
  });

  it('reports lists that do not fit', () => {
    expect(infer('Resize', ['float32[h,w]', null, scales(2)])[1]).toBe('! 1 scales are given for 2 axes');
    expect(infer('Resize', ['float32[h,w]', null, null, ints(2)])[1]).toBe('! 1 sizes are given for 2 axes');
  });
});
