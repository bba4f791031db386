import { describe, expect, it } from 'vitest';
import { infer } from '../support.ts';

describe('normalization rules', () => {
  it('keeps the shape and tells those of the statistics', () => {
    expect(infer('LayerNormalization', ['float16[b,s,256]', 'float16[256]'], { outputs: 3 })).toEqual([
      'float16[b,s,256]',
      'float32[b,s,1]',
      'float32[b,s,1]',
    ]);
    expect(
      infer('LayerNormalization', ['float32[b,s,4,8]', 'float32[4,8]'], {
        attributes: { axis: 2n },
        outputs: 2,
      }),
    ).toEqual(['float32[b,s,4,8]', 'float32[b,s,1,1]']);
    expect(
      infer(
        'BatchNormalization',
        ['float16[n,c,h]', 'float16[8]', 'float16[8]', 'float32[8]', 'float32[8]'],
        { outputs: 3 },
      ),
    ).toEqual(['float16[n,c,h]', 'float32[c]', 'float32[c]']);
  });

  it('gives root mean square normalization the type of its scale', () => {
    expect(infer('RMSNormalization', ['float16[b,s,8]', 'float32[8]'], { opset: 23 })).toEqual([
      'float32[b,s,8]',
    ]);
    expect(infer('SimplifiedLayerNormalization', ['float16[b,s,8]', 'float16[8]'])).toEqual([
      'float16[b,s,8]',
    ]);
  });

  it('keeps the shape of the others', () => {
    expect(infer('Softmax', ['float32[b,h,q,k]'])).toEqual(['float32[b,h,q,k]']);
    expect(infer('GroupNormalization', ['float32[n,c,h]', 'float32[c]', 'float32[c]'])).toEqual([
      'float32[n,c,h]',
    ]);
    expect(infer('InstanceNormalization', ['float32', 'float32[c]', 'float32[c]'])).toEqual(['float32']);
  });

  it('reports an axis out of range', () => {
    expect(infer('Softmax', ['float32[2,3]'], { attributes: { axis: 2n } })[1]).toBe(
      '! axis 2 is out of range for rank 2',
    );
    expect(
      infer('LayerNormalization', ['float32[2]', 'float32[2]'], { attributes: { axis: -2n } })[1],
    ).toContain('out of range');
  });
});
