import { describe, expect, it } from 'vitest';
import { infer } from '../support.ts';

describe('loss rules', () => {
  it('reduce, unless told not to', () => {
    expect(infer('NegativeLogLikelihoodLoss', ['float32[n,c,d]', 'int64[n,d]'])).toEqual(['float32[]']);
    expect(
      infer('NegativeLogLikelihoodLoss', ['float32[n,c,d]', 'int64'], { attributes: { reduction: 'none' } }),
    ).toEqual(['float32[n,d]']);
    expect(infer('SoftmaxCrossEntropyLoss', ['float16[n,c]', 'int64[n]'], { outputs: 2 })).toEqual([
      'float16[]',
      'float16[n,c]',
    ]);
  });
});
