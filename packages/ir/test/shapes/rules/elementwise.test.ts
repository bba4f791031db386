import { describe, expect, it } from 'vitest';
import { Tensor } from '../../../src/index.ts';
import { infer, ints, scalar } from '../support.ts';

describe('elementwise rules', () => {
  it('keeps the type of the operand', () => {
    expect(infer('Relu', ['float16[batch,?,4]'])).toEqual(['float16[batch,?,4]']);
    expect(infer('Exp', ['float32'])).toEqual(['float32']);
    expect(infer('IsNaN', ['float32[n]'])).toEqual(['bool[n]']);
    expect(infer('Pow', ['float32[n,1]', 'int64[4]'])).toEqual(['float32[n,4]']);
  });

  it('broadcasts', () => {
    expect(infer('Add', ['float32[batch,1,4]', 'float32[sequence,1]'])).toEqual([
      'float32[batch,sequence,4]',
    ]);
    expect(infer('Add', ['float32[a]', 'float32[b]'])).toEqual(['float32[?]']);
    expect(infer('Add', ['float32[a]', 'float32[7]'])).toEqual(['float32[7]']);
    expect(infer('Less', ['float32[a]', 'float32'])).toEqual(['bool']);
    expect(infer('Where', ['bool[q,k]', 'float32[b,h,1,1]', 'float32[]'])).toEqual(['float32[b,h,q,k]']);
    expect(infer('Max', ['float32[a,1]', 'float32[1,b]', 'float32[]'])).toEqual(['float32[a,b]']);
  });

  it('takes the shape of the first operand before opset 7', () => {
    const attributes = { broadcast: 1n, axis: 1n };
    expect(infer('Add', ['float32[2,3,4]', 'float32[3]'], { opset: 6, attributes })).toEqual([
      'float32[2,3,4]',
    ]);
  });

  it('reports operands that do not broadcast, and missing ones', () => {
    expect(infer('Add', ['float32[2]', 'float32[3]'])).toEqual([
      '-',
      '! shapes [2] and [3] do not broadcast',
    ]);
    expect(infer('Add', ['float32[2]'])).toEqual(['-', '! input 1 is missing']);
    expect(infer('Sum', [])).toEqual(['-', '! it has no input']);
  });

  it('calculates with the contents of shapes', () => {
    const shape = { shapeOf: 'float32[batch,sequence]' };
    expect(infer('Add', [shape, scalar(1)])).toEqual(['int64[2] = batch+1,sequence+1']);
    expect(infer('Sub', [scalar(0), shape])).toEqual(['int64[2] = -batch,-sequence']);
    expect(infer('Mul', [shape, ints(2, 3)])).toEqual(['int64[2] = 2*batch,3*sequence']);
    expect(infer('Div', [shape, scalar(2)])).toEqual(['int64[2] = floor(batch/2),floor(sequence/2)']);
    expect(infer('Mod', [shape, scalar(2)])[0]).toBe(
      'int64[2] = batch-2*floor(batch/2),sequence-2*floor(sequence/2)',
    );
    expect(infer('Min', [shape, ints(1, 9)])).toEqual(['int64[2] = 1,min(9,sequence)']);
    expect(infer('Max', [shape, ints(1, 9), ints(0, 0)])).toEqual(['int64[2] = batch,max(9,sequence)']);
    expect(infer('Equal', [shape, scalar(-1)])).toEqual(['bool[2] = 0,0']);
  });

  it('divides integers towards zero, as the operator does', () => {
    expect(infer('Div', [ints(-7, 7), scalar(2)])).toEqual(['int64[2] = -3,3']);
    expect(infer('Div', [ints(4), ints(0)])).toEqual(['int64[1]']);
  });

  it('chooses known elements', () => {
    const shape = { shapeOf: 'float32[batch,8]' };
    expect(infer('Where', [Tensor.bool([true, false]), ints(1, 1), shape])).toEqual(['int64[2] = 1,8']);
    expect(infer('Where', [Tensor.bool([false]), scalar(1), shape])).toEqual(['int64[2] = batch,8']);
  });

  it('casts', () => {
    expect(infer('Cast', ['float32[n]'], { attributes: { to: 10n } })).toEqual(['float16[n]']);
    expect(infer('Cast', ['float32[n]'], { attributes: { to: 'DOUBLE' }, opset: 5 })).toEqual(['float64[n]']);
    expect(infer('Cast', [{ shapeOf: 'float32[n,0]' }], { attributes: { to: 6n } })).toEqual([
      'int32[2] = n,0',
    ]);
    expect(infer('Cast', [{ shapeOf: 'float32[n,0]' }], { attributes: { to: 9n } })).toEqual([
      'bool[2] = 1,0',
    ]);
    expect(infer('Cast', [{ shapeOf: 'float32[n]' }], { attributes: { to: 1n } })).toEqual(['float32[1]']);
    expect(infer('CastLike', ['float32[n]', 'int8[]'])).toEqual(['int8[n]']);
    expect(infer('Cast', ['float32[n]'])).toEqual(['undefined[n]']);
  });

  it('reads bits as another type', () => {
    expect(infer('BitCast', ['float32[n]'], { attributes: { to: 6n } })).toEqual(['int32[n]']);
    expect(infer('SwiGLU', ['float16[n]', 'float16[n]'])).toEqual(['float16[n]']);
  });
});
