import { expect, test } from 'vitest';
import { BARE, frameLength, frameTokens, pairFrame, singleFrame } from '../../src/tokens/frame.ts';

const tokenize = (text: string): number[] => [...text].map((character) => character.charCodeAt(0));
const around = (text: string, other?: string) => {
  const ids = [1, ...tokenize(text), 2, ...(other === undefined ? [] : [3, ...tokenize(other), 2])];
  const first = text.length + 2;
  return { ids, token_type_ids: ids.map((_, index) => (index < first ? 0 : 1)) };
};

test('what stands around texts is found by encoding one with it and without', () => {
  expect(frameTokens(singleFrame(tokenize, around), [[70, 71, 72]])).toEqual({
    ids: [1, 70, 71, 72, 2],
    types: [0, 0, 0, 0, 0],
  });
  const pair = pairFrame(tokenize, around);
  expect(frameLength(pair)).toBe(4);
  expect(frameTokens(pair, [[70], [71, 72]])).toEqual({
    ids: [1, 70, 2, 3, 71, 72, 2],
    types: [0, 0, 0, 1, 1, 1, 1],
  });
});

test('a tokenizer without special tokens has an empty frame, as if they were left out', () => {
  const bare = singleFrame(tokenize, (text) => ({ ids: tokenize(text) }));
  expect(bare).toEqual(BARE);
  expect(frameTokens(BARE, [[5, 6]])).toEqual({ ids: [5, 6], types: [0, 0] });
});

test('a tokenizer that changes texts when it adds special tokens, or knows no letter, is refused', () => {
  const changing = () => ({ ids: [1, 0, 2] });
  expect(() => singleFrame(tokenize, changing)).toThrow(expect.objectContaining({ code: 'invalid-data' }));
  expect(() => singleFrame(() => [], around)).toThrow(expect.objectContaining({ code: 'invalid-data' }));
});
