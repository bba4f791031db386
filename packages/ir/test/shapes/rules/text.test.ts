import { describe, expect, it } from 'vitest';
import { infer } from '../support.ts';

const stopwords = { kind: 'strings', value: [new Uint8Array([97])] } as const;

describe('text rules', () => {
  it('follow strings', () => {
    expect(infer('RegexFullMatch', ['string[n]'])).toEqual(['bool[n]']);
    expect(infer('StringConcat', ['string[n,1]', 'string[m]'])).toEqual(['string[n,m]']);
    expect(infer('StringSplit', ['string[n]'], { outputs: 2 })).toEqual(['string[n,?]', 'int64[n]']);
    expect(infer('StringNormalizer', ['string[n]'])).toEqual(['string[n]']);
    expect(infer('StringNormalizer', ['string[1,n]'], { attributes: { stopwords } })).toEqual([
      'string[1,?]',
    ]);
    expect(infer('TfIdfVectorizer', ['int32[b,n]'], { attributes: { ngram_indexes: [2n, 6n, 0n] } })).toEqual(
      ['float32[b,7]'],
    );
  });
});
