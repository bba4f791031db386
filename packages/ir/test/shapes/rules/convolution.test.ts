import { describe, expect, it } from 'vitest';
import { infer } from '../support.ts';

describe('convolution rules', () => {
  it('slides over numbers and symbols', () => {
    const attributes = { strides: [2n, 2n], pads: [3n, 3n, 3n, 3n] };
    expect(infer('Conv', ['float32[n,3,224,w]', 'float32[64,3,7,7]'], { attributes })).toEqual([
      'float32[n,64,112,floor((w+1)/2)]',
    ]);
    expect(
      infer('Conv', ['float32[n,8,l]', 'float32[16,4,3]'], { attributes: { group: 2n, dilations: [2n] } }),
    ).toEqual(['float32[n,16,l-4]']);
    expect(
      infer('Conv', ['float32[1,3,9]', 'float32[4,3,4]'], {
        attributes: { auto_pad: 'SAME_UPPER', strides: [2n] },
      }),
    ).toEqual(['float32[1,4,5]']);
  });

  it('learns from either operand', () => {
    expect(infer('Conv', ['float32', 'float32[64,3,7,7]'])).toEqual(['float32[?,64,?,?]']);
    expect(
      infer('Conv', ['float32[n,3,8,8]', 'float32'], { attributes: { kernel_shape: [3n, 3n] } }),
    ).toEqual(['float32[n,?,6,6]']);
    expect(infer('Conv', ['float32', 'float32'])).toEqual(['float32']);
  });

  it('transposes', () => {
    const attributes = { strides: [2n], pads: [1n, 1n], output_padding: [1n] };
    expect(infer('ConvTranspose', ['float32[n,8,l]', 'float32[8,4,3]'], { attributes })).toEqual([
      'float32[n,4,2*l]',
    ]);
    expect(
      infer('ConvTranspose', ['float32[n,8,5]', 'float32[8,4,3]'], { attributes: { output_shape: [12n] } }),
    ).toEqual(['float32[n,4,12]']);
  });

  it('reports operands and attributes that do not fit', () => {
    expect(infer('Conv', ['float32[1,3,8]', 'float32[4,5,3]'])[1]).toBe(
      '! data has 3 channels and weight takes 5',
    );
    expect(infer('Conv', ['float32[1,3,8]', 'float32[4,3,3,3]'])[1]).toBe('! data has rank 3 and weight 4');
    expect(infer('Conv', ['float32[1,3]', 'float32[4,3]'])[1]).toBe('! input 0 has rank 2');
    expect(infer('Conv', ['float32[1,3,8]', 'float32[4,3,3]'], { attributes: { pads: [1n] } })[1]).toContain(
      'pads has 1',
    );
  });
});
