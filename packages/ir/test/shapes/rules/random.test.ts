import { describe, expect, it } from 'vitest';
import { infer } from '../support.ts';

describe('random rules', () => {
  it('take shape and type from input or attributes', () => {
    expect(infer('Bernoulli', ['float32[n]'])).toEqual(['float32[n]']);
    expect(infer('EyeLike', ['float32[n,m]'], { attributes: { dtype: 7n } })).toEqual(['int64[n,m]']);
    expect(infer('RandomNormal', [], { attributes: { shape: [2n, 3n] } })).toEqual(['float32[2,3]']);
    expect(infer('RandomUniform', [])).toEqual(['-', '! it has no shape']);
    expect(infer('RandomUniformLike', ['int32[n]'], { attributes: { dtype: 10n } })).toEqual(['float16[n]']);
    expect(infer('Multinomial', ['float32[b,classes]'], { attributes: { sample_size: 5n } })).toEqual([
      'int32[b,5]',
    ]);
  });
});
