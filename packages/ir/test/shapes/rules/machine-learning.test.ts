import { describe, expect, it } from 'vitest';
import { infer, ints } from '../support.ts';

describe('machine learning rules', () => {
  it('follow features', () => {
    const ml = { domain: 'ai.onnx.ml' };
    expect(infer('ArrayFeatureExtractor', ['float32[n,4]', 'int64[2]'], ml)).toEqual(['float32[n,2]']);
    expect(infer('ArrayFeatureExtractor', ['float32[4]', 'int64[1,2]'], ml)).toEqual(['float32[1,2]']);
    expect(infer('Binarizer', ['float64[n]'], ml)).toEqual(['float64[n]']);
    expect(infer('LabelEncoder', ['string[n]'], ml)).toEqual(['int64[n]']);
    expect(infer('LabelEncoder', ['string[n]'], { ...ml, attributes: { values_floats: [1, 2] } })).toEqual([
      'float32[n]',
    ]);
    expect(infer('LabelEncoder', ['string[n]'], { ...ml, attributes: { values_tensor: ints(1) } })).toEqual([
      'int64[n]',
    ]);
    expect(infer('Scaler', ['int64[n,4]'], ml)).toEqual(['float32[n,4]']);
    expect(infer('TreeEnsemble', ['float64[n,4]'], { ...ml, attributes: { n_targets: 3n } })).toEqual([
      'float64[n,3]',
    ]);
  });
});
