import { describe, expect, it } from 'vitest';
import { Tensor } from '../../../src/index.ts';
import { infer, ints } from '../support.ts';

describe('reshape rules', () => {
  it('copies, solves and keeps symbols', () => {
    expect(infer('Reshape', ['float32[b,s,256]', ints(0, 0, 4, -1)])).toEqual(['float32[b,s,4,64]']);
    expect(infer('Reshape', ['float32[b,s,256]', ints(-1, 256)])).toEqual(['float32[b*s,256]']);
    expect(infer('Reshape', ['float32[?,s,256]', ints(0, -1)])).toEqual(['float32[?,256*s]']);
    expect(infer('Reshape', ['float32[b,s-1,8]', { shapeOf: 'float32[b,?,8]' }])).toEqual([
      'float32[b,s-1,8]',
    ]);
    expect(infer('Reshape', ['float32[b,s]', 'int64[3]'])).toEqual(['float32[?,?,?]']);
    expect(infer('Reshape', ['float32', ints(2, -1)])).toEqual(['float32[2,?]']);
    expect(infer('Reshape', ['float32[b,4]', 'int64'])).toEqual(['float32']);
    expect(infer('Reshape', ['float32[0,4]', ints(0, 7)], { attributes: { allowzero: 1n } })).toEqual([
      'float32[0,7]',
    ]);
    expect(infer('Reshape', ['float32[6]'], { opset: 1, attributes: { shape: [2n, -1n] } })).toEqual([
      'float32[2,3]',
    ]);
  });

  it('carries contents along', () => {
    const matrix = Tensor.int64([1, 2, 3, 4, 5, 6], [3, 2]);
    expect(infer('Transpose', [matrix], { attributes: { perm: [1n, 0n] } })).toEqual([
      'int64[2,3] = 1,3,5,2,4,6',
    ]);
    expect(infer('Reshape', [{ shapeOf: 'float32[b,s]' }, ints(2, 1)])).toEqual(['int64[2,1] = b,s']);
    expect(infer('Unsqueeze', [ints(7), ints(0)])).toEqual(['int64[1,1] = 7']);
    expect(infer('Squeeze', [{ shapeOf: 'float32[b]' }])).toEqual(['int64[] = b']);
  });

  it('reports targets that do not fit', () => {
    expect(infer('Reshape', ['float32[6]', ints(4, -1)])[1]).toBe('! 6 elements are no multiple of 4');
    expect(infer('Reshape', ['float32[6]', ints(4, 2)])[1]).toBe('! [6] does not fill [4,2]');
    expect(infer('Reshape', ['float32[6]', ints(-1, -1)])[1]).toBe('! target [-1,-1] has two -1');
    expect(infer('Reshape', ['float32[6]', ints(6, 0)])[1]).toContain('copies an axis that is not there');
    expect(infer('Reshape', ['float32[6]'])[1]).toBe('! it has no target shape');
  });

  it('flattens', () => {
    expect(infer('Flatten', ['float32[b,3,4,s]'], { attributes: { axis: 2n } })).toEqual([
      'float32[3*b,4*s]',
    ]);
    expect(infer('Flatten', ['float32[b,3]'], { attributes: { axis: 0n } })).toEqual(['float32[1,3*b]']);
    expect(infer('Flatten', ['float32'])).toEqual(['float32[?,?]']);
    expect(infer('Flatten', ['float32[2]'], { attributes: { axis: 2n } })[1]).toBe(
      '! axis 2 is out of range',
    );
  });

  it('squeezes and unsqueezes by attribute and by input', () => {
    expect(infer('Squeeze', ['float32[b,1,4]', ints(-2)])).toEqual(['float32[b,4]']);
    expect(infer('Squeeze', ['float32[1,4,1]'])).toEqual(['float32[4]']);
    expect(infer('Squeeze', ['float32[b,4]'])).toEqual(['float32']);
    expect(infer('Squeeze', ['float32[b,4,1]', 'int64[2]'])).toEqual(['float32[?]']);
    expect(infer('Squeeze', ['float32[b,1]'], { opset: 11, attributes: { axes: [1n] } })).toEqual([
      'float32[b]',
    ]);
    expect(infer('Squeeze', ['float32[b,4]', ints(1)])[1]).toBe('! axis 1 of [b,4] cannot be squeezed');
    expect(infer('Unsqueeze', ['float32[b,4]', ints(0, -1)])).toEqual(['float32[1,b,4,1]']);
    expect(infer('Unsqueeze', ['float32[b]', 'int64[2]'])).toEqual(['float32[?,?,?]']);
    expect(infer('Unsqueeze', ['float32[b]'], { opset: 11, attributes: { axes: [1n] } })).toEqual([
      'float32[b,1]',
    ]);
    expect(infer('Unsqueeze', ['float32[b]', ints(0, 0)])[1]).toBe('! axes [0,0] name one axis twice');
    expect(infer('Unsqueeze', ['float32[b]'])[1]).toBe('! it has no axes');
  });

  it('transposes', () => {
    expect(infer('Transpose', ['float32[a,b,c]'])).toEqual(['float32[c,b,a]']);
    expect(infer('Transpose', ['float32[a,b,c]'], { attributes: { perm: [1n, 0n, 2n] } })).toEqual([
      'float32[b,a,c]',
    ]);
    expect(infer('Transpose', ['float32'], { attributes: { perm: [1n, 0n] } })).toEqual(['float32[?,?]']);
    expect(infer('Transpose', ['float32[a]'], { attributes: { perm: [1n, 0n] } })[1]).toBe(
      '! perm [1,0] reorders rank 1',
    );
    expect(infer('Transpose', ['float32[a,b]'], { attributes: { perm: [1n, 1n] } })[1]).toBe(
      '! axes [1,1] name one axis twice',
    );
  });
});
