import { describe, expect, it } from 'vitest';
import type { AttributeValue } from '../../../src/index.ts';
import { infer } from '../support.ts';

const microsoft = (attributes: Readonly<Record<string, AttributeValue>> = {}, outputs = 1) => ({
  domain: 'com.microsoft',
  attributes,
  outputs,
});

describe('com.microsoft attention rules', () => {
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
      'float16[b,2,?,64]',
      'float16[b,2,?,64]',
    ]);
    expect(infer('GroupQueryAttention', ['float16[b,s,768]', null, null], microsoft(attributes))).toEqual([
      'float16[b,s,512]',
    ]);
    expect(infer('GroupQueryAttention', ['float16[b,s]'], microsoft(attributes))[1]).toBe(
      '! input 0 has rank 2',
    );
  });

  it('keeps projected keys and values', () => {
    const inputs = ['float32[b,s,8]', 'float32[8,24]', 'float32[24]', null];
    const heads = microsoft({ num_heads: 2n }, 2);
    expect(infer('Attention', inputs, heads)).toEqual(['float32[b,s,8]', 'float32[2,b,2,s,4]']);
    expect(infer('Attention', [...inputs, 'float32[2,b,2,p,4]'], heads)[1]).toBe('float32[2,b,2,p+s,4]');
    const shared = microsoft({ num_heads: 2n, past_present_share_buffer: 1n }, 2);
    expect(infer('Attention', [...inputs, 'float32[2,b,2,max,4]'], shared)[1]).toBe('float32[2,b,2,max,4]');
    const quantized = ['uint8[b,s,8]', 'uint8[8,24]', 'float32[24]', 'float32[]', 'float32[]'];
    expect(infer('QAttention', quantized, heads)).toEqual(['float32[b,s,8]', 'float32[2,b,2,s,4]']);
  });

  it('attends without padding, and for one more token', () => {
    expect(infer('PackedAttention', ['float32[t,8]', 'float32[8,24]'], microsoft())).toEqual([
      'float32[t,8]',
    ]);
    expect(infer('PackedMultiHeadAttention', ['float32[t,2,3,4]'], microsoft())).toEqual(['float32[t,8]']);
    const separate = ['float32[t,8]', 'float32[t,8]', 'float32[t,6]'];
    expect(infer('PackedMultiHeadAttention', separate, microsoft())).toEqual(['float32[t,6]']);
    const past = 'float32[b,2,max,4]';
    const decoding = ['float32[b,1,8]', 'float32[b,1,8]', 'float32[b,1,8]', null, null, past, past];
    expect(
      infer('DecoderMaskedMultiHeadAttention', decoding, microsoft({ past_present_share_buffer: 1n }, 3)),
    ).toEqual(['float32[b,1,8]', past, past]);
    expect(infer('DecoderMaskedSelfAttention', ['float32[b,1,8]', 'float32[8,24]'], microsoft())).toEqual([
      'float32[b,1,8]',
    ]);
    expect(infer('RotaryEmbedding', ['float16[b,s,8]', 'int64[b,s]'], microsoft())).toEqual([
      'float16[b,s,8]',
    ]);
  });
});
