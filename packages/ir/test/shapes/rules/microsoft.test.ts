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

  it('attends with separate, packed and cached operands', () => {
    const heads = microsoft({ num_heads: 8n }, 3);
    expect(
      infer('MultiHeadAttention', ['float32[b,q,512]', 'float32[b,k,512]', 'float32[b,k,256]'], heads),
    ).toEqual(['float32[b,q,256]', 'float32[b,8,k,64]', 'float32[b,8,k,32]']);
    const cached = [
      'float32[b,q,512]',
      'float32[b,8,k,64]',
      'float32[b,8,k,64]',
      null,
      null,
      null,
      'float32[b,8,p,64]',
      'float32[b,8,p,64]',
    ];
    expect(infer('MultiHeadAttention', cached, heads)[1]).toBe('float32[b,8,k+p,64]');
    expect(infer('MultiHeadAttention', ['float32[b,s,8,3,64]'], heads)).toEqual([
      'float32[b,s,512]',
      'float32[b,8,s,64]',
      'float32[b,8,s,64]',
    ]);
    expect(infer('MultiHeadAttention', ['float32[b,q,512]', 'float32[b,k,8,2,64]'], heads)[0]).toBe(
      'float32[b,q,512]',
    );
    expect(infer('Attention', ['float32[b,s,512]', 'float32[512,1536]'], heads)[0]).toBe('float32[b,s,512]');
    expect(
      infer('Attention', ['float32[b,s,8]', 'float32[8,20]'], microsoft({ qkv_hidden_sizes: [8n, 8n, 4n] })),
    ).toEqual(['float32[b,s,4]']);
  });

  it('attends with grouped queries', () => {
    const attributes = { num_heads: 8n, kv_num_heads: 2n };
    const inputs = ['float16[b,s,512]', 'float16[b,s,128]', 'float16[b,s,128]'];
    expect(infer('GroupQueryAttention', inputs, microsoft(attributes, 3))).toEqual([
      'float16[b,s,512]',
      '-',
      '-',
    ]);
    expect(infer('GroupQueryAttention', ['float16[b,s,768]', null, null], microsoft(attributes))).toEqual([
      'float16[b,s,512]',
    ]);
    expect(infer('GroupQueryAttention', ['float16[b,s]'], microsoft(attributes))[1]).toBe(
      '! input 0 has rank 2',
    );
  });
});
