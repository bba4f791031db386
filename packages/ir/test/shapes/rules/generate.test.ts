import { describe, expect, it } from 'vitest';
import { Tensor } from '../../../src/index.ts';
import { infer, ints, scalar } from '../support.ts';

describe('generating rules', () => {
  it('reads Constant nodes of every form', () => {
    expect(infer('Constant', [], { attributes: { value_ints: [3n, 4n] } })).toEqual(['int64[2] = 3,4']);
    expect(infer('Constant', [], { attributes: { value_float: 2 } })).toEqual(['float32[]']);
    expect(infer('Constant', [], { attributes: { value: ints(5) } })).toEqual(['int64[1] = 5']);
    expect(infer('Constant', [], { attributes: { value_string: 'text' } })).toEqual(['string[]']);
    expect(infer('Constant', [])).toEqual(['-']);
  });

  it('fills shapes', () => {
    expect(infer('ConstantOfShape', [{ shapeOf: 'float32[b,s]' }])).toEqual(['float32[b,s]']);
    expect(infer('ConstantOfShape', [ints(2)], { attributes: { value: ints(1) } })).toEqual([
      'int64[2] = 1,1',
    ]);
    expect(infer('ConstantOfShape', ['int64[3]'])).toEqual(['float32[?,?,?]']);
    expect(infer('ConstantOfShape', ['int64[3,3]'])[1]).toBe('! input 0 has rank 2');
  });

  it('counts the steps of a range', () => {
    expect(infer('Range', [scalar(0), scalar(6), scalar(2)])).toEqual(['int64[3] = 0,2,4']);
    expect(infer('Range', [scalar(0), { shapeOf: 'float32[s]' }, scalar(1)])).toEqual(['int64[s]']);
    expect(infer('Range', [scalar(1), { shapeOf: 'float32[s]' }, scalar(1)])).toEqual(['int64[s-1]']);
    expect(
      infer('Range', [Tensor.floats([1], []), Tensor.floats([2], []), Tensor.floats([0.25], [])]),
    ).toEqual(['float32[4]']);
    expect(infer('Range', ['int64[]', 'int64[]', 'int64[]'])).toEqual(['int64[?]']);
    expect(infer('Range', [scalar(0), scalar(6), scalar(0)])[1]).toBe('! the step is 0');
  });

  it('reads shapes', () => {
    expect(infer('Shape', ['float32[b,s,4]'])).toEqual(['int64[3] = b,s,4']);
    expect(infer('Shape', ['float32[b,s,4]'], { attributes: { start: -2n, end: 9n } })).toEqual([
      'int64[2] = s,4',
    ]);
    expect(infer('Shape', ['float32'])).toEqual(['int64[?]']);
    expect(infer('Size', ['float32[b,s,4]'])).toEqual(['int64[] = 4*b*s']);
    expect(infer('Size', ['float32'])).toEqual(['int64[]']);
  });

  it('passes values on', () => {
    expect(infer('Identity', [{ shapeOf: 'float32[b]' }])).toEqual(['int64[1] = b']);
    expect(infer('Dropout', ['float16[b]'], { outputs: 2 })).toEqual(['float16[b]', 'bool[b]']);
    expect(infer('Dropout', ['float16[b]'], { opset: 7, outputs: 2 })).toEqual(['float16[b]', 'float16[b]']);
    expect(infer('Trilu', ['float32[q,k]'])).toEqual(['float32[q,k]']);
    expect(infer('Trilu', ['float32[q]'])[1]).toBe('! input 0 has rank 1');
  });
});
