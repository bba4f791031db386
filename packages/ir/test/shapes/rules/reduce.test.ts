import { describe, expect, it } from 'vitest';
import { infer, ints, scalar } from '../support.ts';

describe('reduction rules', () => {
  it('takes axes from an attribute or an input', () => {
    expect(infer('ReduceMean', ['float32[b,s,256]'], { opset: 13, attributes: { axes: [-1n] } })).toEqual([
      'float32[b,s,1]',
    ]);
    expect(infer('ReduceMean', ['float32[b,s,256]', ints(-1)], { attributes: { keepdims: 0n } })).toEqual([
      'float32[b,s]',
    ]);
    expect(infer('ReduceSum', ['float32[b,s]'])).toEqual(['float32[1,1]']);
    expect(infer('ReduceSum', ['float32'], { attributes: { keepdims: 0n } })).toEqual(['float32[]']);
    expect(infer('ReduceSum', ['float32[b,s]'], { attributes: { noop_with_empty_axes: 1n } })).toEqual([
      'float32[b,s]',
    ]);
  });

  it('tells the rank where the axes are not known', () => {
    expect(infer('ReduceMax', ['float32[b,1,s]', 'int64[1]'])).toEqual(['float32[?,1,?]']);
    expect(infer('ReduceMax', ['float32[b,1,s]', 'int64[2]'], { attributes: { keepdims: 0n } })).toEqual([
      'float32[?]',
    ]);
    expect(infer('ReduceMax', ['float32[b,s]', 'int64'], { attributes: { keepdims: 0n } })).toEqual([
      'float32',
    ]);
  });

  it('multiplies the contents of shapes', () => {
    expect(infer('ReduceProd', [{ shapeOf: 'float32[b,s,4]' }], { attributes: { keepdims: 0n } })).toEqual([
      'int64[] = 4*b*s',
    ]);
  });

  it('finds positions', () => {
    expect(infer('ArgMax', ['float32[b,s,v]'], { attributes: { axis: -1n, keepdims: 0n } })).toEqual([
      'int64[b,s]',
    ]);
    expect(infer('TopK', ['float32[b,v]', ints(5)], { outputs: 2 })).toEqual(['float32[b,5]', 'int64[b,5]']);
    expect(infer('TopK', ['float32[b,v]', 'int64[1]'], { outputs: 2 })).toEqual([
      'float32[b,?]',
      'int64[b,?]',
    ]);
    expect(infer('TopK', ['float32[b,v]'], { opset: 1, attributes: { k: 3n } })).toEqual(['float32[b,3]']);
    expect(infer('CumSum', ['float32[b,s]', scalar(1)])).toEqual(['float32[b,s]']);
  });

  it('reports axes that are out of range or named twice', () => {
    expect(infer('ReduceSum', ['float32[2]', ints(1)])[1]).toBe('! axis 1 is out of range for rank 1');
    expect(infer('ReduceSum', ['float32[2,3]', ints(1, -1)])[1]).toBe('! axes [1,-1] name one axis twice');
    expect(infer('ArgMin', ['float32[]'])[1]).toBe('! axis 0 is out of range for rank 0');
  });
});
