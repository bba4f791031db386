import { describe, expect, it } from 'vitest';
import { infer, ints } from '../support.ts';

describe('image rules', () => {
  it('move blocks between channels and plane', () => {
    expect(infer('DepthToSpace', ['float32[b,8,h,4]'], { attributes: { blocksize: 2n } })).toEqual([
      'float32[b,2,2*h,8]',
    ]);
    expect(infer('SpaceToDepth', ['float32[b,2,h,8]'], { attributes: { blocksize: 2n } })).toEqual([
      'float32[b,8,floor(h/2),4]',
    ]);
    expect(infer('DepthToSpace', ['float32[b,8,h,4]'], { attributes: { blocksize: 0n } })).toEqual([
      '-',
      '! blocksize is 0',
    ]);
  });

  it('sample at grids', () => {
    expect(infer('GridSample', ['float32[b,c,9,9]', 'float32[b,4,w,2]'])).toEqual(['float32[b,c,4,w]']);
    expect(infer('AffineGrid', ['float32[b,2,3]', ints(2, 3, 4, 5)])).toEqual(['float32[b,4,5,2]']);
    expect(infer('AffineGrid', ['float32[b,3,4]', 'int64[5]'])).toEqual(['float32[b,?,?,?,3]']);
  });

  it('crop, pad and put together', () => {
    expect(
      infer('CenterCropPad', ['float32[9,h,3]', ints(4, 5)], { attributes: { axes: [0n, 1n] } }),
    ).toEqual(['float32[4,5,3]']);
    expect(infer('CenterCropPad', ['float32[9,h]', ints(4)])).toEqual([
      '-',
      '! 1 extents are given for 2 axes',
    ]);
    expect(infer('Col2Im', ['float32[b,12,l]', ints(5, 6), ints(2, 2)])).toEqual(['float32[b,3,5,6]']);
    expect(
      infer('RoiAlign', ['float32[1,c,9,9]', 'float32[r,4]', 'int64[r]'], {
        attributes: { output_height: 5n },
      }),
    ).toEqual(['float32[r,c,5,1]']);
    expect(
      infer('MaxRoiPool', ['float32[1,c,9,9]', 'float32[r,5]'], { attributes: { pooled_shape: [2n, 3n] } }),
    ).toEqual(['float32[r,c,2,3]']);
    expect(infer('ImageDecoder', ['uint8[n]'], { attributes: { pixel_format: 'Grayscale' } })).toEqual([
      'uint8[?,?,1]',
    ]);
  });
});
