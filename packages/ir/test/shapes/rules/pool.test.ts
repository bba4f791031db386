import { describe, expect, it } from 'vitest';
import { infer } from '../support.ts';

describe('pool rules', () => {
  it('gives values and indices', () => {
    const attributes = { kernel_shape: [3n, 3n], strides: [2n, 2n], pads: [1n, 1n, 1n, 1n] };
    expect(infer('MaxPool', ['float32[n,64,112,w]'], { attributes, outputs: 2 })).toEqual([
      'float32[n,64,56,floor((w+1)/2)]',
      'int64[n,64,56,floor((w+1)/2)]',
    ]);
  });

  it('rounds up but starts no window in the padding behind the data', () => {
    const attributes = { kernel_shape: [1n], strides: [2n], ceil_mode: 1n };
    expect(infer('AveragePool', ['float32[1,1,2]'], { attributes })).toEqual(['float32[1,1,1]']);
    expect(infer('AveragePool', ['float32[1,1,l]'], { attributes })).toEqual(['float32[1,1,?]']);
    const wide = { kernel_shape: [3n], strides: [2n], ceil_mode: 1n };
    expect(infer('AveragePool', ['float32[1,1,l]'], { attributes: wide })).toEqual([
      'float32[1,1,floor(l/2)]',
    ]);
  });

  it('pools whole axes', () => {
    expect(infer('GlobalAveragePool', ['float32[n,c,h,w]'])).toEqual(['float32[n,c,1,1]']);
  });

  it('reports pools that do not fit', () => {
    expect(infer('MaxPool', ['float32[n,c,8]'], { attributes: { kernel_shape: [2n, 2n] } })[1]).toBe(
      '! a pool of 2 axes reads rank 3',
    );
    expect(infer('MaxPool', ['float32[n,c,8]'])[1]).toBe('! it has no kernel_shape');
  });

  it('undoes a pool', () => {
    const attributes = { kernel_shape: [2n, 2n], strides: [2n, 2n] };
    expect(infer('MaxUnpool', ['float32[n,c,2,w]', 'int64[n,c,2,w]'], { attributes })).toEqual([
      'float32[n,c,4,2*w]',
    ]);
    const sized = ['float32[n,c,2,w]', 'int64[n,c,2,w]', 'int64[4]'];
    expect(infer('MaxUnpool', sized, { attributes })).toEqual(['float32[?,?,?,?]']);
  });
});
