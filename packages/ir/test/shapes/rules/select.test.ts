import { describe, expect, it } from 'vitest';
import { infer } from '../support.ts';

describe('selecting rules', () => {
  it('keep some slices', () => {
    expect(infer('Compress', ['float32[a,b]', 'bool[c]'], { attributes: { axis: 1n } })).toEqual([
      'float32[a,?]',
    ]);
    expect(infer('Compress', ['float32[a,b]', 'bool[c]'])).toEqual(['float32[?]']);
    expect(infer('Unique', ['float32[a,b]'], { attributes: { axis: 0n }, outputs: 4 })).toEqual([
      'float32[?,b]',
      'int64[?]',
      'int64[?]',
      'int64[?]',
    ]);
    expect(infer('NonMaxSuppression', ['float32[1,n,4]', 'float32[1,1,n]'])).toEqual(['int64[?,3]']);
  });
});
