import { describe, expect, it } from 'vitest';
import type { AttributeValue } from '../../../src/index.ts';
import { infer } from '../support.ts';

const microsoft = (attributes: Readonly<Record<string, AttributeValue>> = {}, outputs = 1) => ({
  domain: 'com.microsoft',
  attributes,
  outputs,
});

describe('com.microsoft rules', () => {
  it('multiplies with transposed operands', () => {
    expect(infer('FusedMatMul', ['float32[b,h,q,d]', 'float32[b,h,k,d]'], microsoft({ transB: 1n }))).toEqual(
      ['float32[b,h,q,k]'],
    );
    const flags = { transBatchA: 1n, transBatchB: 1n, transB: 1n };
    expect(infer('FusedMatMul', ['float32[q,8,64]', 'float32[k,8,64]'], microsoft(flags))).toEqual([
      'float32[8,q,k]',
    ]);
  });

  it('keeps the shape of activations', () => {
    expect(infer('Gelu', ['float32[b,s,d]'], microsoft())).toEqual(['float32[b,s,d]']);
    expect(infer('FastGelu', ['float16[b,s,d]', 'float16[d]'], microsoft())).toEqual(['float16[b,s,d]']);
    expect(infer('BiasGelu', ['float32[b,s,64]', 'float32[64]'], microsoft())).toEqual(['float32[b,s,64]']);
  });

  it('normalizes sums', () => {
    const inputs = ['float16[b,s,64]', 'float16[b,s,64]', 'float16[64]'];
    expect(infer('SkipLayerNormalization', inputs, microsoft({}, 4))).toEqual([
      'float16[b,s,64]',
      'float32[b,s,1]',
      'float32[b,s,1]',
      'float16[b,s,64]',
    ]);
    expect(infer('SkipSimplifiedLayerNormalization', inputs, microsoft())).toEqual(['float16[b,s,64]']);
    expect(infer('SimplifiedLayerNormalization', ['float16[b,s,64]', 'float16[64]'], microsoft())).toEqual([
      'float16[b,s,64]',
    ]);
  });

  it('multiplies with weights of few bits, stored as blocks', () => {
    const attributes = { K: 64n, N: 32n, bits: 4n, block_size: 16n };
    const inputs = ['float16[b,s,64]', 'uint8[32,4,8]', 'float16[128]'];
    expect(infer('MatMulNBits', inputs, microsoft(attributes))).toEqual(['float16[b,s,32]']);
    expect(infer('MatMulBnb4', ['float16[b,60]', 'uint8[9]'], microsoft(attributes))).toEqual([
      '-',
      '! [b,60] and K 64 share no inner extent',
    ]);
  });

  it('embeds, biases and gates', () => {
    const inputs = ['int32[b,s]', 'int32[b,s]', 'float16[v,64]', 'float16[p,64]'];
    expect(infer('EmbedLayerNormalization', inputs, microsoft({}, 3))).toEqual([
      'float16[b,s,64]',
      'int32[b]',
      'float16[b,s,64]',
    ]);
    expect(infer('BiasSplitGelu', ['float32[b,s,64]', 'float32[64]'], microsoft())).toEqual([
      'float32[b,s,32]',
    ]);
    expect(infer('BiasDropout', ['float32[b,64]', 'float32[64]'], microsoft({}, 2))).toEqual([
      'float32[b,64]',
      'bool[b,64]',
    ]);
    expect(infer('SkipGroupNorm', ['float32[b,h,w,c]'], microsoft({}, 2))[1]).toBe('float32[b,h,w,c]');
  });

  it('fuses convolutions and products', () => {
    expect(infer('FusedConv', ['float32[b,3,9,9]', 'float32[8,3,3,3]'], microsoft())).toEqual([
      'float32[b,8,7,7]',
    ]);
    expect(infer('FusedGemm', ['float32[b,4]', 'float32[n,4]'], microsoft({ transB: 1n }))).toEqual([
      'float32[b,n]',
    ]);
    expect(infer('GridSample', ['float32[b,c,9,9]', 'float32[b,4,5,2]'], microsoft())).toEqual([
      'float32[b,c,4,5]',
    ]);
  });
});
