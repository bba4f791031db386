import { describe, expect, it } from 'vitest';
import { infer } from '../support.ts';

describe('matrix rules', () => {
  it('multiplies stacks, matrices and vectors', () => {
    expect(infer('MatMul', ['float32[b,h,q,64]', 'float32[b,h,64,k]'])).toEqual(['float32[b,h,q,k]']);
    expect(infer('MatMul', ['float32[b,s,256]', 'float32[256,4]'])).toEqual(['float32[b,s,4]']);
    expect(infer('MatMul', ['float32[256]', 'float32[256]'])).toEqual(['float32[]']);
    expect(infer('MatMul', ['float32[2,3]', 'float32[3]'])).toEqual(['float32[2]']);
    expect(infer('MatMul', ['float32', 'float32[3,4]'])).toEqual(['float32']);
    expect(infer('MatMulInteger', ['uint8[2,3]', 'int8[3,n]'])).toEqual(['int32[2,n]']);
  });

  it('reports operands that do not fit', () => {
    expect(infer('MatMul', ['float32[2,3]', 'float32[4,5]'])[1]).toBe(
      '! [2,3] and [4,5] share no inner extent',
    );
    expect(infer('MatMul', ['float32[]', 'float32[4,5]'])[1]).toBe(
      '! an operand of a matrix product is a scalar',
    );
    expect(infer('MatMul', ['float32[2,1,4]', 'float32[3,4,5]'])[1]).toContain('do not broadcast');
  });

  it('follows the flags of Gemm', () => {
    const attributes = { transA: 1n, transB: 1n };
    expect(infer('Gemm', ['float32[k,m]', 'float32[n,k]', 'float32[n]'], { attributes })).toEqual([
      'float32[m,n]',
    ]);
    expect(infer('Gemm', ['float32', 'float32[8,n]'])).toEqual(['float32[?,n]']);
    expect(infer('Gemm', ['float32[2,3,4]', 'float32[4,5]'])[1]).toBe('! input 0 has rank 3');
  });

  it('takes determinants', () => {
    expect(infer('Det', ['float32[b,3,3]'])).toEqual(['float32[b]']);
    expect(infer('Det', ['float32[3]'])).toEqual(['-', '! input 0 has rank 1']);
  });
});
