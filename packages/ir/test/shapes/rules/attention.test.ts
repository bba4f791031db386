import { describe, expect, it } from 'vitest';
import { infer } from '../support.ts';

describe('attention rule', () => {
  it('reads heads from the shape', () => {
    const inputs = [
      'float32[b,8,q,64]',
      'float32[b,2,k,64]',
      'float32[b,2,k,32]',
      null,
      'float32[b,2,past,64]',
      'float32[b,2,past,32]',
    ];
    expect(infer('Attention', inputs, { opset: 23, outputs: 4 })).toEqual([
      'float32[b,8,q,32]',
      'float32[b,2,k+past,64]',
      'float32[b,2,k+past,32]',
      'float32[b,8,q,k+past]',
    ]);
  });

  it('reads heads from attributes', () => {
    const attributes = { q_num_heads: 8n, kv_num_heads: 2n };
    expect(
      infer('Attention', ['float32[b,q,512]', 'float32[b,k,128]', 'float32[b,k,64]'], {
        opset: 23,
        attributes,
        outputs: 2,
      }),
    ).toEqual(['float32[b,q,256]', 'float32[b,2,k,64]']);
  });

  it('knows nothing of unknown ranks and reports wrong ones', () => {
    expect(infer('Attention', ['float32', 'float32', 'float32'], { opset: 23 })).toEqual(['float32']);
    expect(infer('Attention', ['float32[q,d]', 'float32', 'float32'], { opset: 23 })[1]).toBe(
      '! input 0 has rank 2',
    );
  });
});
